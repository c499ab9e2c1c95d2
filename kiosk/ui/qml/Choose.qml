import QtQuick

// What the punch is for: few large buttons, the timetable's proposal marked, and what happens without a choice.
Item {
    id: choose

    required property var measure
    required property var kiosk
    required property var view

    readonly property real gap: 12 * measure.unit

    Head {
        id: head
        width: parent.width
        measure: choose.measure
        view: choose.view
        most: 2
    }

    Line {
        id: person
        anchors { top: head.bottom; topMargin: choose.gap; left: parent.left; right: parent.right }
        height: 62 * choose.measure.unit
        verticalAlignment: Text.AlignVCenter
        text: choose.view.name
        color: choose.view.paint.ink
        size: 42 * choose.measure.unit
        font.weight: Font.DemiBold
        lines: 2
    }

    Fact {
        id: countdown
        anchors { top: person.bottom; left: parent.left; right: parent.right }
        step: choose.measure.unit
        icon: "clock"
        text: choose.view.detail
        ink: choose.view.paint.ink
    }

    Buttons {
        id: buttons
        readonly property real room: footer.y - choose.gap - countdown.y - countdown.height - choose.gap
        anchors { bottom: footer.top; bottomMargin: choose.gap; left: parent.left; right: parent.right }
        measure: choose.measure
        kiosk: choose.kiosk
        view: choose.view
        // The last one lets everything go; it stands below, away from the others.
        shown: choose.view.buttons.slice(0, -1)
        tallest: rows > 0 ? Math.max(choose.measure.target, Math.min(150 * choose.measure.unit, (room + gap) / rows - gap)) : 0
    }

    Tap {
        id: cancel
        anchors { bottom: parent.bottom; left: parent.left }
        width: 240 * choose.measure.unit
        measure: choose.measure
        ground: choose.view.paint.ground
        ink: choose.view.paint.ink
        label: choose.view.buttons.length > 0 ? choose.view.buttons[choose.view.buttons.length - 1].label : ""
        icon: "cross"
        onTouched: choose.kiosk.tap("dismiss", "")
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: cancel.right; leftMargin: choose.gap; right: parent.right }
        text: ""
        measure: choose.measure
        kiosk: choose.kiosk
        view: choose.view
    }
}
