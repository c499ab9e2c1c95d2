import QtQuick

// The sheet at rest: the time, an invitation, the message of the day, and what happens to a face here.
Item {
    id: rest

    required property real unit
    required property var view

    // As in Outcome: everything follows the room that is left.
    readonly property real step: unit * Math.max(0.6, Math.min(1.25, height / (548 * unit), width / (480 * unit)))
    readonly property color ink: view.paint.ink
    readonly property color faint: view.paint.faint

    // The fonts are the system's: with a wide one, clock and zone take a smaller size so that both stay on the sheet.
    readonly property real fit: Math.min(1, (width - 16 * step) / (clockSpan.advanceWidth + zoneSpan.advanceWidth))

    TextMetrics {
        id: clockSpan
        text: rest.view.clock
        font { family: digits.font.family; pixelSize: Math.round(150 * rest.step); weight: Font.Bold }
    }

    TextMetrics {
        id: zoneSpan
        text: rest.view.zone
        font { family: digits.font.family; pixelSize: Math.round(30 * rest.step); weight: Font.DemiBold }
    }

    Row {
        id: time
        spacing: 12 * rest.step

        Text {
            id: digits
            textFormat: Text.PlainText
            text: rest.view.clock
            color: rest.ink
            font.pixelSize: Math.floor(150 * rest.step * rest.fit)
            font.weight: Font.Bold
            font.letterSpacing: -2 * rest.step
            lineHeight: 0.95
        }

        Text {
            anchors.baseline: digits.baseline
            textFormat: Text.PlainText
            text: rest.view.zone
            color: rest.faint
            font.pixelSize: Math.floor(30 * rest.step * rest.fit)
            font.weight: Font.DemiBold
        }
    }

    Line {
        id: date
        anchors { top: time.bottom; left: parent.left; right: parent.right }
        height: 44 * rest.step
        text: rest.view.date
        color: rest.ink
        size: 33 * rest.step
    }

    Item {
        id: invitation
        anchors { top: date.bottom; topMargin: 30 * rest.step; left: parent.left; right: parent.right }
        height: 116 * rest.step

        Rectangle {
            id: disc
            width: 112 * rest.step
            height: width
            radius: width / 2
            y: 2 * rest.step
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
            anchors { left: disc.right; leftMargin: 24 * rest.step; right: parent.right }

            Line {
                width: parent.width
                height: 56 * rest.step
                text: rest.view.headline
                color: rest.ink
                size: 46 * rest.step
                font.weight: Font.Bold
            }

            Line {
                width: parent.width
                height: 62 * rest.step
                text: rest.view.detail
                color: rest.ink
                size: 33 * rest.step
                lines: 2
            }
        }
    }

    Line {
        id: aside
        anchors { top: invitation.bottom; topMargin: 10 * rest.step; left: parent.left; right: parent.right }
        height: 36 * rest.step
        text: rest.view.second_line
        color: rest.faint
        size: 26 * rest.step
    }

    Line {
        anchors { top: aside.bottom; topMargin: 4 * rest.step; bottom: privacy.top; bottomMargin: 4 * rest.step
                  left: parent.left; right: parent.right }
        visible: text !== ""
        shrinks: false
        verticalAlignment: Text.AlignVCenter
        text: rest.view.message
        color: rest.ink
        size: 27 * rest.step
        lines: 2
    }

    Line {
        id: privacy
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        height: Math.max(52 * rest.step, 44 * rest.unit)
        verticalAlignment: Text.AlignBottom
        text: rest.view.privacy
        color: rest.faint
        size: Math.max(20 * rest.step, 18 * rest.unit)
        lines: 2
    }
}
