import QtQuick

// Lowest on the sheet, always in the same place: the same in the other language, and the way to change to it.
Item {
    id: footer

    required property var measure
    required property var kiosk
    required property var view
    property string text: view.second_line
    property real size: 28 * measure.unit

    height: measure.target

    Line {
        anchors { left: parent.left; right: language.left; rightMargin: 16 * footer.measure.unit }
        height: parent.height
        verticalAlignment: Text.AlignVCenter
        text: footer.text
        color: footer.view.paint.faint
        size: footer.size
        lines: 4
    }

    Tap {
        id: language
        anchors.right: parent.right
        measure: footer.measure
        width: 200 * footer.measure.unit
        ground: footer.view.paint.ground
        ink: footer.view.paint.faint
        label: footer.view.language_label
        icon: "globe"
        size: 25 * footer.measure.unit
        onTouched: footer.kiosk.switch_language()
    }
}
