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
    // Beside a name, a note takes nothing from its height.
    readonly property real aside: high && note !== "" ? 150 * measure.unit : 0
    readonly property bool below: note !== "" && aside === 0
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
            anchors { left: glyph.visible ? glyph.right : parent.left; leftMargin: 14 * tap.measure.unit; right: parent.right; rightMargin: 14 * tap.measure.unit + tap.aside
                      verticalCenter: parent.verticalCenter }

            Line {
                width: parent.width
                height: Math.min(tap.height * (tap.below ? 0.58 : 0.86), (tap.below ? 1.5 : 2.5) * tap.size)
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
                visible: tap.below
                horizontalAlignment: tap.centred ? Text.AlignHCenter : Text.AlignLeft
                text: tap.note
                color: tap.pressed ? tap.ground : tap.ink
                size: 26 * tap.measure.unit
            }
        }

        Line {
            anchors { right: parent.right; rightMargin: 14 * tap.measure.unit }
            width: tap.aside
            height: parent.height
            visible: tap.aside > 0
            horizontalAlignment: Text.AlignRight
            verticalAlignment: Text.AlignVCenter
            text: tap.note
            color: tap.pressed ? tap.ground : tap.ink
            size: 26 * tap.measure.unit
            lines: 2
        }
    }

    TapHandler {
        id: handler
        // A finger that trembles or slides a little still touches.
        gesturePolicy: TapHandler.ReleaseWithinBounds
        onTapped: tap.touched()
    }
}
