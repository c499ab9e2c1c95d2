import QtQuick

// Text that never leaves its place: it shrinks until it fits, over as many lines as the place has room for.
// Long texts that may be cut (the message of the day) set `shrinks: false` and end in dots after `lines`.
// Plain text only: a name is data, whatever it contains.
Text {
    property int lines: 1
    property bool shrinks: true
    property real size
    property real smallest: size * 0.45

    textFormat: Text.PlainText
    // Shrinking and dots together would cut before they shrink.
    fontSizeMode: shrinks ? Text.Fit : Text.FixedSize
    elide: shrinks ? Text.ElideNone : Text.ElideRight
    maximumLineCount: shrinks ? 1000 : lines
    wrapMode: lines > 1 ? Text.WordWrap : Text.NoWrap
    font.pixelSize: Math.max(1, Math.round(size))
    minimumPixelSize: Math.max(1, Math.round(smallest))
    clip: true
}
