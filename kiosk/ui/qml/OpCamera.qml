import QtQuick

// Beside the live picture: the poses of an enrolment with a ring for each, or what recognition measures.
Item {
    id: camera

    required property var measure
    required property var kiosk
    required property var view
    required property bool animated

    readonly property real gap: 12 * measure.unit
    readonly property var parts: view.operator
    readonly property bool capturing: parts.poses.length > 0
    // Side by side there is no height to give away to what can be touched.
    readonly property bool low: !measure.portrait && !capturing

    Head {
        id: head
        width: parent.width
        measure: camera.measure
        view: camera.view
        animated: camera.animated
        most: 2
    }

    Line {
        id: detail
        anchors { top: head.bottom; topMargin: camera.gap; left: parent.left; right: parent.right }
        height: (camera.capturing ? 110 : 44) * camera.measure.unit
        text: camera.view.detail
        color: camera.view.paint.ink
        size: (camera.capturing ? 42 : 30) * camera.measure.unit
        lines: camera.capturing ? 2 : 1
        font.weight: Font.DemiBold
    }

    OpFacts {
        anchors { top: detail.bottom; topMargin: camera.gap; bottom: buttons.top; bottomMargin: camera.gap
                  left: parent.left; right: parent.right }
        visible: camera.parts.facts.length > 0
        unit: camera.measure.unit
        facts: camera.parts.facts
        paint: camera.view.paint
    }

    Row {
        id: poses
        // Always in the same place, however many lines the words above take.
        anchors { bottom: buttons.top; bottomMargin: camera.gap; left: parent.left; right: parent.right }
        visible: camera.capturing

        Repeater {
            model: camera.parts.poses

            OpPose {
                required property var modelData
                width: poses.width / Math.max(1, camera.parts.poses.length)
                tallest: buttons.y - 2 * camera.gap - detail.y - detail.height
                unit: camera.measure.unit
                pose: modelData
                paint: camera.view.paint
            }
        }
    }

    Buttons {
        id: buttons
        anchors { bottom: camera.low ? parent.bottom : footer.top; bottomMargin: camera.low ? 0 : camera.gap; left: parent.left }
        width: camera.low ? parent.width - 200 * camera.measure.unit - camera.gap : parent.width
        measure: camera.measure
        kiosk: camera.kiosk
        view: camera.view
    }

    Footer {
        id: footer
        anchors { bottom: parent.bottom; left: camera.low ? buttons.right : parent.left; right: parent.right }
        text: camera.low ? "" : camera.view.second_line
        measure: camera.measure
        kiosk: camera.kiosk
        view: camera.view
    }
}
