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
            size: (page.parts.small ? 26 : 31) * page.measure.unit
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
            readonly property real side: sideOf(columns)

            // How large they are, so many beside each other.
            function sideOf(columns) {
                return Math.min((body.width + page.gap) / columns, (body.height + page.gap) / Math.max(1, Math.ceil(count / columns))) - page.gap
            }

            function best() {
                const all = Array.from({ length: Math.max(1, count) }, (_, index) => index + 1)
                return all.reduce((best, each) => sideOf(each) > sideOf(best) ? each : best, 1)
            }

            anchors.horizontalCenter: parent.horizontalCenter
            visible: count > 0
            columns: best()
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

    // Side by side there is no height to give away: one row for everything that can be touched.
    Buttons {
        id: buttons
        anchors { bottom: page.portrait ? footer.top : parent.bottom; bottomMargin: page.portrait && count > 0 ? page.gap : 0
                  left: parent.left }
        width: page.portrait ? parent.width : parent.width - 200 * page.measure.unit - page.gap
        columns: page.portrait ? (count === 3 ? 3 : 2) : Math.max(1, count)
        measure: page.measure
        kiosk: page.kiosk
        view: page.view
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: page.portrait ? parent.left : buttons.right; right: parent.right }
        text: page.portrait ? page.view.second_line : ""
        measure: page.measure
        kiosk: page.kiosk
        view: page.view
    }
}
