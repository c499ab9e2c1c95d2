import QtQuick

// Above everything: whose kiosk this is, and the time while the large clock is away; else how an operator gets in.
Rectangle {
    id: bar

    required property real unit
    required property real inset
    required property var view
    required property var colours
    required property var kiosk

    readonly property bool inviting: view.state === "idle" && !view.dim

    // An operator's mode is told by colour, sign and words: nobody is to think that attendance is taken.
    readonly property bool attended: view.operator.shown
    readonly property color ink: attended ? colours.plate : colours.plate_ink

    color: attended ? colours.warning : colours.plate

    Glyph {
        id: emblem
        x: 24 * bar.unit
        anchors.verticalCenter: parent.verticalCenter
        width: 36 * bar.unit
        height: width
        name: bar.attended ? "person" : "scan"
        ink: bar.ink
    }

    Line {
        anchors { left: emblem.right; leftMargin: 14 * bar.unit; right: bar.inviting ? hint.left : clock.left; rightMargin: 14 * bar.unit }
        height: parent.height - 12 * bar.unit
        y: 6 * bar.unit
        verticalAlignment: Text.AlignVCenter
        text: bar.view.unit
        color: bar.ink
        size: 25 * bar.unit
        lines: 2
        font.weight: Font.DemiBold
    }

    Line {
        id: clock
        anchors { right: parent.right; rightMargin: 24 * bar.unit + bar.inset }
        width: visible ? 96 * bar.unit : 0
        height: parent.height
        visible: bar.view.state !== "idle"
        horizontalAlignment: Text.AlignRight
        verticalAlignment: Text.AlignVCenter
        text: bar.view.clock
        color: bar.ink
        size: 34 * bar.unit
        font.weight: Font.DemiBold
    }

    Line {
        id: hint
        objectName: "operatorHint"
        anchors { right: hand.left; rightMargin: 10 * bar.unit }
        width: 156 * bar.unit
        height: parent.height
        visible: bar.inviting
        horizontalAlignment: Text.AlignRight
        verticalAlignment: Text.AlignVCenter
        text: bar.view.invitation
        color: bar.ink
        size: 20 * bar.unit
        lines: 2
    }

    Glyph {
        id: hand
        anchors { right: parent.right; rightMargin: 24 * bar.unit + bar.inset; verticalCenter: parent.verticalCenter }
        width: 30 * bar.unit
        height: width
        visible: bar.inviting
        name: "person"
        ink: bar.ink
    }

    // The way in for who looks after the kiosk, also where the large clock is away: locked, without a camera, in a queue.
    Item {
        anchors { right: parent.right; rightMargin: bar.inset }
        width: 240 * bar.unit
        height: parent.height

        TapHandler {
            objectName: "operatorBar"
            longPressThreshold: 3
            gesturePolicy: TapHandler.ReleaseWithinBounds
            onLongPressed: bar.kiosk.tap("operator", "")
        }
    }
}
