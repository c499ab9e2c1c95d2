import QtQuick

// The sheet at rest: the time, an invitation, the message of the day, and what happens to a face here.
Item {
    id: rest

    required property real unit
    required property var view
    required property bool tight

    readonly property color ink: view.paint.ink
    readonly property color faint: view.paint.faint

    Row {
        id: time
        spacing: 12 * rest.unit

        Text {
            id: digits
            textFormat: Text.PlainText
            text: rest.view.clock
            color: rest.ink
            font.pixelSize: (rest.tight ? 96 : 150) * rest.unit
            font.weight: Font.Bold
            font.letterSpacing: -2 * rest.unit
            lineHeight: 0.95
        }

        Text {
            anchors.baseline: digits.baseline
            textFormat: Text.PlainText
            text: rest.view.zone
            color: rest.faint
            font.pixelSize: 30 * rest.unit
            font.weight: Font.DemiBold
        }
    }

    Line {
        id: date
        anchors { top: time.bottom; left: parent.left; right: parent.right }
        height: 44 * rest.unit
        text: rest.view.date
        color: rest.ink
        size: 33 * rest.unit
    }

    Item {
        id: invitation
        anchors { top: date.bottom; topMargin: (rest.tight ? 10 : 30) * rest.unit; left: parent.left; right: parent.right }
        height: 150 * rest.unit

        Rectangle {
            id: disc
            width: 112 * rest.unit
            height: width
            radius: width / 2
            y: 6 * rest.unit
            color: rest.view.paint.disc

            Glyph {
                anchors.centerIn: parent
                width: parent.width * 0.58
                height: width
                name: "face"
                ink: rest.view.paint.glyph
            }
        }

        Column {
            anchors { left: disc.right; leftMargin: 24 * rest.unit; right: parent.right }

            Line {
                width: parent.width
                height: 56 * rest.unit
                text: rest.view.headline
                color: rest.ink
                size: 46 * rest.unit
                font.weight: Font.Bold
            }

            Line {
                width: parent.width
                height: 42 * rest.unit
                text: rest.view.detail
                color: rest.ink
                size: 31 * rest.unit
            }

            Line {
                width: parent.width
                height: 34 * rest.unit
                text: rest.view.second_line
                color: rest.faint
                size: 23 * rest.unit
            }
        }
    }

    Line {
        anchors { top: invitation.bottom; topMargin: 12 * rest.unit; bottom: privacy.top; bottomMargin: 10 * rest.unit
                  left: parent.left; right: parent.right }
        visible: text !== "" && height > 40 * rest.unit
        verticalAlignment: Text.AlignVCenter
        text: rest.view.message
        color: rest.ink
        size: 27 * rest.unit
        lines: 3
    }

    Line {
        id: privacy
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        height: 52 * rest.unit
        verticalAlignment: Text.AlignBottom
        text: rest.view.privacy
        color: rest.faint
        size: 20 * rest.unit
        smallest: 16 * rest.unit
        lines: 2
    }
}
