import QtQuick

// The sheet at rest: the time, an invitation, the message of the day, and what happens to a face here.
Item {
    id: rest

    required property var measure
    required property var kiosk
    required property var view

    readonly property real unit: measure.unit
    readonly property color ink: view.paint.ink
    readonly property color faint: view.paint.faint

    // The fonts are the system's: with a wide one, clock and zone take a smaller size so that both stay on the sheet.
    readonly property real fit: Math.min(1, (width - 16 * unit) / (clockSpan.advanceWidth + zoneSpan.advanceWidth))
    readonly property real room: height - invitation.height - detail.height - closing.height - privacy.height - 24 * unit
    // The message of the day comes first where there is little room, and the clock takes what it leaves.
    readonly property real face: Math.max(70 * unit, Math.min(150 * unit, (room - (view.message !== "" ? 66 : 0) * unit - 74 * unit) * 0.85))

    TextMetrics {
        id: clockSpan
        text: rest.view.clock
        font { family: digits.font.family; pixelSize: Math.round(rest.face); weight: Font.Bold }
    }

    TextMetrics {
        id: zoneSpan
        text: rest.view.zone
        font { family: digits.font.family; pixelSize: Math.round(30 * rest.unit); weight: Font.DemiBold }
    }

    Row {
        id: time
        spacing: 12 * rest.unit

        Text {
            id: digits
            textFormat: Text.PlainText
            text: rest.view.clock
            color: rest.ink
            font.pixelSize: Math.floor(rest.face * rest.fit)
            font.weight: Font.Bold
            font.letterSpacing: -2 * rest.unit
            lineHeight: 0.95

            // The way in for who looks after the kiosk: a finger that rests on the clock for three seconds.
            TapHandler {
                objectName: "operator"
                longPressThreshold: 3
                gesturePolicy: TapHandler.ReleaseWithinBounds
                onLongPressed: rest.kiosk.tap("operator", "")
            }
        }

        Text {
            anchors.baseline: digits.baseline
            textFormat: Text.PlainText
            text: rest.view.zone
            color: rest.faint
            font.pixelSize: Math.floor(30 * rest.unit * rest.fit)
            font.weight: Font.DemiBold
        }
    }

    Line {
        id: date
        anchors { top: time.bottom; left: parent.left; right: parent.right }
        height: 42 * rest.unit
        text: rest.view.date
        color: rest.ink
        size: 33 * rest.unit
    }

    Text {
        id: invitation
        objectName: "headline"
        anchors { top: date.bottom; topMargin: 6 * rest.unit; left: parent.left; right: parent.right }
        height: contentHeight
        textFormat: Text.PlainText
        wrapMode: Text.WordWrap
        lineHeight: 0.92
        text: rest.view.headline
        color: rest.ink
        font.pixelSize: rest.measure.headline
        font.weight: Font.Bold
    }

    Fact {
        id: detail
        anchors { top: invitation.bottom; left: parent.left; right: parent.right }
        step: rest.unit
        icon: "face"
        text: rest.view.detail
        ink: rest.ink
    }

    Notice {
        id: closing
        anchors { top: detail.bottom; left: parent.left; right: parent.right }
        step: rest.unit
        height: visible ? 66 * rest.unit : 0
        visible: rest.view.notice !== ""
        icon: "clock"
        view: rest.view
    }

    Line {
        anchors { top: closing.bottom; topMargin: 4 * rest.unit; bottom: aside.top; left: parent.left; right: parent.right }
        visible: text !== ""
        shrinks: false
        verticalAlignment: Text.AlignVCenter
        text: rest.view.message
        color: rest.ink
        size: 27 * rest.unit
        lines: Math.max(2, Math.floor(height / (32 * rest.unit)))
    }

    Line {
        id: aside
        anchors { bottom: privacy.top; left: parent.left; right: parent.right }
        height: 32 * rest.unit
        text: rest.view.second_line
        color: rest.faint
        size: 25 * rest.unit
    }

    Footer {
        id: privacy
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        measure: rest.measure
        kiosk: rest.kiosk
        view: rest.view
        text: rest.view.privacy
        size: 20 * rest.unit
    }
}
