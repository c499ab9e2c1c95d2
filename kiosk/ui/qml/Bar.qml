import QtQuick

// Above everything: whose kiosk this is, and the time while the large clock is away.
Rectangle {
    id: bar

    required property real unit
    required property real inset
    required property var view
    required property var colours

    color: colours.plate

    Glyph {
        id: emblem
        x: 24 * bar.unit
        anchors.verticalCenter: parent.verticalCenter
        width: 36 * bar.unit
        height: width
        name: "scan"
        ink: bar.colours.plate_ink
    }

    Line {
        anchors { left: emblem.right; leftMargin: 14 * bar.unit; right: clock.left; rightMargin: 14 * bar.unit }
        height: parent.height - 12 * bar.unit
        y: 6 * bar.unit
        verticalAlignment: Text.AlignVCenter
        text: bar.view.unit
        color: bar.colours.plate_ink
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
        color: bar.colours.plate_ink
        size: 34 * bar.unit
        font.weight: Font.DemiBold
    }
}
