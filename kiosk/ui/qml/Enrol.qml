import QtQuick

// Demo kiosks only: whoever stands here types a name and is enrolled from the live picture.
Rectangle {
    id: enrol

    required property real unit
    required property var kiosk
    required property var words
    required property var colours

    readonly property var panel: kiosk.enrolment
    readonly property bool typing: panel.open

    height: 168 * unit
    color: colours.plate

    function send() {
        enrol.kiosk.enrol(field.text)
        field.text = ""
    }

    Rectangle {
        width: parent.width * Math.max(enrol.panel.progress, 0)
        height: 8 * enrol.unit
        color: enrol.colours.warning
    }

    Line {
        id: label
        x: 28 * enrol.unit
        y: 16 * enrol.unit
        width: parent.width - 2 * x
        height: enrol.typing ? 38 * enrol.unit : parent.height - 2 * y
        verticalAlignment: Text.AlignVCenter
        text: enrol.panel.text
        color: enrol.colours.plate_ink
        size: (enrol.typing ? 24 : 32) * enrol.unit
        lines: 2
    }

    Rectangle {
        id: plate
        visible: enrol.typing
        anchors { left: label.left; right: button.left; rightMargin: 14 * enrol.unit; top: label.bottom; topMargin: 10 * enrol.unit }
        height: 78 * enrol.unit
        radius: 14 * enrol.unit
        color: enrol.colours.field
        border { width: field.activeFocus ? 4 * enrol.unit : 0; color: enrol.colours.warning }
        clip: true

        TextInput {
            id: field
            objectName: "nameField"
            anchors { fill: parent; leftMargin: 20 * enrol.unit; rightMargin: 20 * enrol.unit }
            verticalAlignment: TextInput.AlignVCenter
            color: enrol.colours.field_ink
            selectionColor: enrol.colours.button
            font.pixelSize: Math.round(30 * enrol.unit)
            maximumLength: 80
            activeFocusOnTab: true
            focus: true
            onAccepted: enrol.send()
        }

        Text {
            anchors.fill: field
            visible: field.text === ""
            verticalAlignment: Text.AlignVCenter
            textFormat: Text.PlainText
            elide: Text.ElideRight
            text: enrol.words.enrol_label
            color: enrol.colours.field_hint
            font.pixelSize: Math.round(28 * enrol.unit)
        }
    }

    Rectangle {
        id: button
        objectName: "enrolButton"
        visible: enrol.typing
        anchors { right: parent.right; rightMargin: 28 * enrol.unit; top: plate.top }
        width: 210 * enrol.unit
        height: plate.height
        radius: 14 * enrol.unit
        color: tap.pressed ? enrol.colours.button_pressed : enrol.colours.button
        border { width: 2 * enrol.unit; color: enrol.colours.plate_ink }

        Line {
            anchors { fill: parent; leftMargin: 14 * enrol.unit; rightMargin: 14 * enrol.unit }
            horizontalAlignment: Text.AlignHCenter
            verticalAlignment: Text.AlignVCenter
            text: enrol.words.enrol_button
            color: enrol.colours.plate_ink
            size: 25 * enrol.unit
            lines: 2
            font.weight: Font.Bold
        }

        TapHandler {
            id: tap
            onTapped: enrol.send()
        }
    }
}
