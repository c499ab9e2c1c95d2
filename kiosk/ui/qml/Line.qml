import QtQuick

// Text that never leaves its place: it shrinks first, then wraps within `lines`, and is cut with dots last of all.
// Plain text only: a name is data, whatever it contains.
Text {
    property int lines: 1
    property real size
    property real smallest: size * 0.6

    textFormat: Text.PlainText
    fontSizeMode: Text.Fit
    font.pixelSize: size
    minimumPixelSize: smallest
    maximumLineCount: lines
    wrapMode: lines > 1 ? Text.WordWrap : Text.NoWrap
    elide: Text.ElideRight
    lineHeight: 1.0
}
