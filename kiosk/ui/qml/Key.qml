import QtQuick

// One key of the pad or of the letters. The whole cell can be touched, up to its neighbour.
Tap {
    id: key

    required property var colours

    inset: 4 * measure.unit
    centred: true
    ground: colours.field
    ink: colours.field_ink
    frame: colours.field_hint
    size: 44 * measure.unit
}
