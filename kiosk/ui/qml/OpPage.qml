import QtQuick
import Presensi

// A page for an operator: paragraphs, facts or photographs, and what can be done below.
Item {
    id: page

    required property var measure
    required property var kiosk
    required property var view
    required property var colours

    readonly property bool portrait: measure.portrait
    readonly property real gap: 12 * measure.unit
    readonly property var parts: view.operator
    readonly property bool told: view.detail !== ""

    Head {
        id: head
        width: parent.width
        measure: page.measure
        view: page.view
        most: 2
    }

    Line {
        id: detail
        anchors { top: head.bottom; topMargin: page.told ? page.gap : 0; left: parent.left; right: parent.right }
        height: page.told ? 78 * page.measure.unit : 0
        visible: page.told
        verticalAlignment: Text.AlignVCenter
        text: page.view.detail
        color: page.view.paint.ink
        size: 34 * page.measure.unit
        lines: 2
        font.weight: Font.DemiBold
    }

    Item {
        id: body
        anchors { top: detail.bottom; topMargin: page.gap; bottom: buttons.top; bottomMargin: page.gap
                  left: parent.left; right: parent.right }

        Line {
            anchors.fill: parent
            visible: page.parts.paragraphs.length > 0
            text: page.parts.paragraphs.join(page.parts.small || !page.portrait ? "\n" : "\n\n")
            color: page.view.paint.ink
            size: (page.parts.small ? 22 : 31) * page.measure.unit
            smallest: (page.parts.small ? 14 : 20) * page.measure.unit
            lines: 60
        }

        OpFacts {
            anchors.fill: parent
            visible: page.parts.facts.length > 0
            unit: page.measure.unit
            facts: page.parts.facts
            tallest: 92 * page.measure.unit
            columns: page.portrait ? 1 : 2
            paint: page.view.paint
        }

        Grid {
            id: photographs
            readonly property int count: page.parts.thumbs.length
            readonly property real side: Math.min((body.width + page.gap) / columns - page.gap,
                                                  (body.height + page.gap) / Math.max(1, Math.ceil(count / columns)) - page.gap)
            anchors.horizontalCenter: parent.horizontalCenter
            visible: count > 0
            columns: page.portrait ? 3 : Math.max(4, count)
            spacing: page.gap

            Repeater {
                model: page.parts.thumbs

                Thumb {
                    required property var modelData
                    width: Math.max(1, photographs.side)
                    height: width
                    jpeg: modelData
                }
            }
        }
    }

    Buttons {
        id: buttons
        anchors { bottom: footer.top; bottomMargin: count > 0 ? page.gap : 0; left: parent.left; right: parent.right }
        measure: page.measure
        kiosk: page.kiosk
        view: page.view
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: parent.left; right: parent.right }
        measure: page.measure
        kiosk: page.kiosk
        view: page.view
    }
}
