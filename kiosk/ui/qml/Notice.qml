import QtQuick

// What is open for the person, or what closes for everybody: one thing, and smaller below it of when that is.
Item {
    id: notice

    required property var view
    required property real step
    property string icon: "disk"

    height: (dated.visible ? 102 : 66) * step

    Glyph {
        id: glyph
        y: line.y + (line.height - height) / 2
        width: 40 * notice.step
        height: width
        name: notice.icon
        ink: notice.view.paint.ink
        weight: 2.6
    }

    Line {
        id: line
        anchors { top: parent.top; left: glyph.right; leftMargin: 12 * notice.step; right: parent.right }
        height: 66 * notice.step
        verticalAlignment: Text.AlignVCenter
        text: notice.view.notice
        color: notice.view.paint.ink
        size: 32 * notice.step
        lines: 2
    }

    Line {
        id: dated
        anchors { top: line.bottom; left: line.left; right: parent.right }
        height: 36 * notice.step
        visible: notice.view.notice_as_of !== ""
        text: notice.view.notice_as_of
        color: notice.view.paint.faint
        size: 27 * notice.step
    }
}
