import QtQuick

// In place of the live picture: before the first frame, when the camera is lost, and on a locked device.
Rectangle {
    id: missing

    required property real unit
    required property var view
    required property var words
    required property var colours

    readonly property bool waiting: view.state === "" || view.picture

    // What lies over its lower edge.
    property real taken: 0

    color: colours.plate

    Column {
        anchors { centerIn: parent; verticalCenterOffset: -missing.taken / 2 }
        spacing: 28 * missing.unit

        Glyph {
            anchors.horizontalCenter: parent.horizontalCenter
            width: 150 * missing.unit
            height: width
            weight: 1.3
            name: missing.waiting ? "face" : missing.view.icon
            ink: missing.waiting ? missing.colours.plate_ink : missing.view.paint.accent
        }

        Text {
            visible: missing.waiting
            textFormat: Text.PlainText
            text: missing.words.no_picture
            color: missing.colours.plate_ink
            font.pixelSize: Math.round(28 * missing.unit)
        }
    }
}
