import QtQuick

// Six digits. They live here and nowhere else until they are confirmed; then they are handed over and forgotten.
Item {
    id: pin

    required property var measure
    required property var kiosk
    required property var view
    required property var colours

    readonly property bool portrait: measure.portrait
    readonly property real gap: 14 * measure.unit
    readonly property real half: portrait ? width : (width - 40 * measure.unit) / 2
    // Whatever belongs to another try or another person is forgotten.
    readonly property string of: view.state + view.tries + view.name
    property string digits: ""
    property real alive: 0

    onOfChanged: digits = ""
    onVisibleChanged: digits = ""

    function type(digit) {
        if (digits.length < 6)
            digits += digit
        const now = Date.now()
        if (now - alive >= 2000) {
            alive = now
            kiosk.tap("alive", "")
        }
    }

    function confirm() {
        if (digits.length === 6) {
            const whole = digits
            digits = ""
            kiosk.tap("pin", whole)
        }
    }

    Head {
        id: head
        width: pin.half
        measure: pin.measure
        view: pin.view
        most: 2
    }

    Line {
        id: person
        anchors { top: head.bottom; topMargin: pin.gap }
        width: pin.half
        height: 96 * pin.measure.unit
        verticalAlignment: Text.AlignVCenter
        text: pin.view.name
        color: pin.view.paint.ink
        size: 40 * pin.measure.unit
        lines: 2
        font.weight: Font.DemiBold
    }

    Line {
        id: detail
        anchors { top: person.bottom; topMargin: pin.gap }
        width: pin.half
        height: 46 * pin.measure.unit
        text: pin.view.detail
        color: pin.view.paint.ink
        size: 34 * pin.measure.unit
    }

    Row {
        id: dots
        objectName: "dots"
        anchors { top: detail.bottom; topMargin: pin.gap }
        spacing: 22 * pin.measure.unit

        Repeater {
            model: 6

            Rectangle {
                required property int index
                width: 52 * pin.measure.unit
                height: width
                radius: width / 2
                color: index < pin.digits.length ? pin.view.paint.ink : pin.colours.field
                border { width: 4 * pin.measure.unit; color: pin.view.paint.ink }
            }
        }
    }

    Line {
        anchors { top: dots.bottom; topMargin: pin.gap }
        width: pin.half
        height: 46 * pin.measure.unit
        text: pin.view.tries
        color: pin.view.paint.ink
        size: 34 * pin.measure.unit
        font.weight: Font.DemiBold
    }

    Item {
        id: pad
        anchors { right: parent.right; bottom: pin.portrait ? footer.top : parent.bottom
                  bottomMargin: pin.portrait ? pin.gap : 0 }
        width: pin.half
        height: 4 * (pin.portrait ? Math.max(pin.measure.target, 112 * pin.measure.unit) : pin.measure.target)

        Repeater {
            model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0", "check"]

            Key {
                required property var modelData
                required property int index
                readonly property bool digit: modelData.length === 1
                readonly property bool ready: modelData === "check" && pin.digits.length === 6
                measure: pin.measure
                colours: pin.colours
                x: index % 3 * width
                y: Math.floor(index / 3) * height
                width: pad.width / 3
                height: pad.height / 4
                label: digit ? modelData : ""
                icon: digit ? "" : modelData
                ground: ready ? pin.colours.button : pin.colours.field
                ink: ready ? pin.colours.plate_ink : pin.colours.field_ink
                onTouched: digit ? pin.type(modelData) : modelData === "erase" ? pin.digits = pin.digits.slice(0, -1) : pin.confirm()
            }
        }
    }

    Tap {
        id: cancel
        anchors { bottom: parent.bottom; left: parent.left }
        width: Math.min(240 * pin.measure.unit, pin.half / 2 - pin.gap)
        measure: pin.measure
        ground: pin.view.paint.ground
        ink: pin.view.paint.ink
        label: pin.view.buttons.length > 0 ? pin.view.buttons[0].label : ""
        icon: "cross"
        onTouched: pin.kiosk.tap("dismiss", "")
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: cancel.right; leftMargin: pin.gap }
        width: pin.half - cancel.width - pin.gap
        measure: pin.measure
        kiosk: pin.kiosk
        view: pin.view
        text: ""
    }
}
