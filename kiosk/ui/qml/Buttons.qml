import QtQuick

// The state's buttons, so many beside each other as `columns` says; a last row that is not full is stretched.
Item {
    id: buttons

    required property var measure
    required property var kiosk
    required property var view
    property real tallest: measure.target
    property var shown: view.buttons
    property int columns: 2

    readonly property real gap: 12 * measure.unit
    readonly property int count: shown.length
    readonly property int rows: Math.ceil(count / columns)

    height: rows > 0 ? rows * (tallest + gap) - gap : 0

    Repeater {
        model: buttons.shown

        Tap {
            required property var modelData
            required property int index

            readonly property int row: Math.floor(index / buttons.columns)
            readonly property int beside: Math.min(buttons.columns, buttons.count - row * buttons.columns)
            readonly property real pitch: (buttons.width + buttons.gap) / beside

            measure: buttons.measure
            x: index % buttons.columns * pitch
            y: row * (buttons.tallest + buttons.gap)
            width: pitch - buttons.gap
            height: buttons.tallest
            ground: modelData.marked ? buttons.view.paint.disc : buttons.view.paint.ground
            ink: modelData.marked ? buttons.view.paint.glyph : buttons.view.paint.ink
            frame: buttons.view.paint.ink
            label: modelData.label
            note: modelData.note
            icon: modelData.icon
            size: (buttons.tallest > 1.2 * buttons.measure.target ? 40 : 32) * buttons.measure.unit
            onTouched: buttons.kiosk.tap(modelData.kind, modelData.value)
        }
    }
}
