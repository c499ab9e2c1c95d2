import QtQuick

// What an operator can do: large buttons with icon and word in the lower half, two or four beside each other.
Item {
    id: menu

    required property var measure
    required property var kiosk
    required property var view

    readonly property real gap: 12 * measure.unit
    readonly property int columns: measure.portrait ? 2 : 4
    readonly property int rows: Math.ceil(view.buttons.length / columns)
    readonly property real tall: Math.max(measure.target, measure.portrait ? 112 * measure.unit : measure.target)

    Head {
        id: head
        width: parent.width
        measure: menu.measure
        view: menu.view
        most: 2
    }

    Line {
        anchors { top: head.bottom; topMargin: menu.gap; left: parent.left; right: parent.right }
        height: 96 * menu.measure.unit
        text: menu.view.detail
        color: menu.view.paint.ink
        size: 36 * menu.measure.unit
        lines: 2
    }

    Repeater {
        model: menu.view.buttons

        Tap {
            required property var modelData
            required property int index
            readonly property real pitch: (menu.width + menu.gap) / menu.columns

            measure: menu.measure
            x: index % menu.columns * pitch
            y: footer.y - (menu.rows - Math.floor(index / menu.columns)) * (menu.tall + menu.gap)
            width: pitch - menu.gap
            height: menu.tall
            ground: modelData.marked ? menu.view.paint.disc : menu.view.paint.ground
            ink: modelData.marked ? menu.view.paint.glyph : menu.view.paint.ink
            frame: menu.view.paint.ink
            label: modelData.label
            icon: modelData.icon
            size: 32 * menu.measure.unit
            onTouched: menu.kiosk.tap(modelData.kind, modelData.value)
        }
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        measure: menu.measure
        kiosk: menu.kiosk
        view: menu.view
    }
}
