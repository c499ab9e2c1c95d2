import QtQuick

// A place to touch, with an icon and words: an icon and a frame, so that colour alone tells nothing.
Item {
    id: tap

    required property var measure
    required property color ground
    required property color ink
    property color frame: ink
    property string label
    property string note
    property string icon
    property real size: 32 * measure.unit
    property real inset: 0
    property bool centred: false
    // Names stand above the letters: the only things to touch that may lie in the upper half.
    property bool high: false
    readonly property bool pressed: handler.pressed
    signal touched

    objectName: "control"
    height: measure.target

    Rectangle {
        anchors { fill: parent; margins: tap.inset }
        radius: 16 * tap.measure.unit
        color: tap.pressed ? tap.ink : tap.ground
        border { width: Math.max(1, Math.round(3 * tap.measure.unit)); color: tap.frame }

        Glyph {
            id: glyph
            visible: tap.icon !== ""
            x: tap.label === "" ? (parent.width - width) / 2 : 18 * tap.measure.unit
            anchors.verticalCenter: parent.verticalCenter
            width: visible ? 46 * tap.measure.unit : 0
            height: width
            name: tap.icon
            ink: tap.pressed ? tap.ground : tap.ink
        }

        Column {
            anchors { left: glyph.visible ? glyph.right : parent.left; leftMargin: 14 * tap.measure.unit; right: parent.right; rightMargin: 14 * tap.measure.unit
                      verticalCenter: parent.verticalCenter }

            Line {
                width: parent.width
                height: Math.min(tap.height * (tap.note === "" ? 0.86 : 0.58), (tap.note === "" ? 2.5 : 1.5) * tap.size)
                visible: text !== ""
                horizontalAlignment: tap.centred ? Text.AlignHCenter : Text.AlignLeft
                verticalAlignment: Text.AlignVCenter
                text: tap.label
                color: tap.pressed ? tap.ground : tap.ink
                size: tap.size
                lines: text.includes(" ") ? 2 : 1
                font.weight: Font.Bold
            }

            Line {
                width: parent.width
                height: tap.height * 0.3
                visible: text !== ""
                horizontalAlignment: tap.centred ? Text.AlignHCenter : Text.AlignLeft
                text: tap.note
                color: tap.pressed ? tap.ground : tap.ink
                size: 26 * tap.measure.unit
            }
        }
    }

    TapHandler {
        id: handler
        // A finger that trembles or slides a little still touches.
        gesturePolicy: TapHandler.ReleaseWithinBounds
        onTapped: tap.touched()
    }
}
