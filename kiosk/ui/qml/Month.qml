import QtQuick

// One's own month: a calendar with words, times and minutes, and what is still missing.
Item {
    id: month

    required property var measure
    required property var kiosk
    required property var view
    required property var colours

    readonly property var sheet: view.month
    readonly property bool portrait: measure.portrait
    readonly property real unit: measure.unit
    readonly property real gap: 8 * unit
    readonly property real side: portrait ? width : 440 * unit
    readonly property bool empty: sheet.empty !== ""

    Column {
        id: words
        width: month.side
        spacing: month.gap / 2

        Head {
            width: parent.width
            measure: month.measure
            view: month.view
            most: 2
        }

        Line {
            width: parent.width
            height: (month.portrait ? 44 : 76) * month.unit
            verticalAlignment: Text.AlignVCenter
            text: month.view.name
            color: month.view.paint.ink
            size: 30 * month.unit
            lines: month.portrait ? 1 : 2
            font.weight: Font.DemiBold
        }

        Line {
            width: parent.width
            height: (month.portrait ? 40 : 118) * month.unit
            text: [month.sheet.title].concat(month.sheet.sums).join(month.portrait ? "  \u00b7  " : "\n")
            color: month.view.paint.ink
            size: 27 * month.unit
            lines: month.portrait ? 1 : 5
        }

        Row {
            width: parent.width
            visible: !month.empty
            spacing: 10 * month.unit

            Glyph {
                id: mark
                width: 34 * month.unit
                height: width
                anchors.verticalCenter: parent.verticalCenter
                name: month.sheet.sign
                ink: month.view.paint.ink
            }

            Line {
                width: parent.width - mark.width - 10 * month.unit
                height: (month.portrait ? 40 : 84) * month.unit
                verticalAlignment: Text.AlignVCenter
                text: month.sheet.open
                color: month.view.paint.ink
                size: 27 * month.unit
                lines: month.portrait ? 1 : 3
                font.weight: Font.DemiBold
            }
        }
    }

    Line {
        visible: month.empty
        anchors { fill: calendar; leftMargin: month.portrait ? 0 : 30 * month.unit }
        verticalAlignment: Text.AlignVCenter
        text: month.sheet.empty
        color: month.view.paint.ink
        size: 44 * month.unit
        lines: 6
    }

    Item {
        id: calendar
        anchors { right: parent.right; bottom: month.portrait ? fresh.top : parent.bottom; bottomMargin: month.gap
                  top: month.portrait ? words.bottom : parent.top; topMargin: month.gap }
        width: month.portrait ? parent.width : parent.width - month.side - 24 * month.unit

        readonly property real band: 32 * month.unit
        readonly property real across: width / 7
        readonly property real down: (height - band) / Math.max(1, month.sheet.rows)

        Repeater {
            model: month.empty ? [] : month.sheet.weekdays

            Line {
                required property var modelData
                required property int index
                x: index * calendar.across
                width: calendar.across
                height: calendar.band
                horizontalAlignment: Text.AlignHCenter
                text: modelData
                color: month.view.paint.faint
                size: 24 * month.unit
                font.weight: Font.DemiBold
            }
        }

        Repeater {
            model: month.sheet.days

            Day {
                required property var modelData
                x: modelData.column * calendar.across
                y: calendar.band + modelData.row * calendar.down
                width: calendar.across
                height: calendar.down
                unit: month.unit
                day: modelData
                paint: month.view.paint
                colours: month.colours
            }
        }
    }

    Line {
        id: fresh
        anchors { left: parent.left; bottom: foot.top; bottomMargin: month.gap }
        width: month.side
        height: (month.portrait ? 34 : 62) * month.unit
        verticalAlignment: Text.AlignBottom
        text: month.sheet.as_of
        color: month.view.paint.faint
        size: 25 * month.unit
        lines: month.portrait ? 1 : 2
    }

    Item {
        id: foot
        anchors { left: parent.left; bottom: parent.bottom }
        width: month.side
        height: month.measure.target

        Tap {
            id: close
            measure: month.measure
            width: month.portrait ? parent.width / 2 : parent.width - 210 * month.unit
            ground: month.view.paint.disc
            ink: month.view.paint.glyph
            label: month.view.buttons.length > 0 ? month.view.buttons[0].label : ""
            icon: "cross"
            size: 30 * month.unit
            onTouched: month.kiosk.tap("dismiss", "")
        }

        Footer {
            anchors { left: close.right; leftMargin: month.gap; right: parent.right }
            measure: month.measure
            kiosk: month.kiosk
            view: month.view
            text: ""
        }
    }
}
