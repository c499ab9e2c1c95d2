import QtQuick

// The state's buttons, two beside each other; of an odd number the last takes a row of its own.
Item {
    id: buttons

    required property var measure
    required property var kiosk
    required property var view
    property real tallest: measure.target
    property var shown: view.buttons

    readonly property real gap: 12 * measure.unit
    readonly property int count: shown.length
    readonly property bool odd: count % 2 === 1
    readonly property int rows: Math.ceil(count / 2)

    height: rows > 0 ? rows * (tallest + gap) - gap : 0

    Repeater {
        model: buttons.shown

        Tap {
            required property var modelData
            required property int index

            readonly property bool alone: buttons.odd && index === buttons.count - 1

            measure: buttons.measure
            x: alone || index % 2 === 0 ? 0 : (buttons.width + buttons.gap) / 2
            y: Math.floor(index / 2) * (buttons.tallest + buttons.gap)
            width: alone ? buttons.width : (buttons.width - buttons.gap) / 2
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
