import QtQuick

// Small plates on the picture: facts about the device that everybody may know (offline, demonstration, clock).
Flow {
    id: badges

    required property real unit
    required property var view
    required property var colours

    spacing: 10 * unit

    Repeater {
        model: badges.view.badges

        Rectangle {
            id: badge
            required property var modelData

            width: Math.min(label.x + label.implicitWidth + 18 * badges.unit, badges.width)
            height: 46 * badges.unit
            radius: height / 2
            color: badges.colours.warning

            Glyph {
                id: icon
                x: 14 * badges.unit
                anchors.verticalCenter: parent.verticalCenter
                width: 26 * badges.unit
                height: width
                name: badge.modelData.icon
                ink: badges.colours.plate
            }

            Text {
                id: label
                x: icon.x + icon.width + 8 * badges.unit
                width: Math.min(implicitWidth, badges.width - x - 18 * badges.unit)
                height: parent.height
                verticalAlignment: Text.AlignVCenter
                textFormat: Text.PlainText
                elide: Text.ElideRight
                text: badge.modelData.text
                color: badges.colours.plate
                font.pixelSize: Math.round(21 * badges.unit)
                font.weight: Font.DemiBold
            }
        }
    }
}
