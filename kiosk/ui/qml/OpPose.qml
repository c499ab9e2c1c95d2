import QtQuick
import QtQuick.Shapes

// One pose: an arrow in a ring that closes, a tick when it is taken.
Item {
    id: pose

    required property real unit
    required property var pose
    required property var paint

    property real tallest: 150 * unit
    readonly property bool taken: pose.pose.done >= 1
    readonly property real side: Math.max(1, Math.min(width * 0.8, tallest - 44 * unit, 104 * unit))

    height: side + 44 * unit

    Rectangle {
        id: disc
        anchors.horizontalCenter: parent.horizontalCenter
        width: pose.side
        height: width
        radius: width / 2
        color: pose.taken ? pose.paint.disc : pose.paint.ground
        border { width: (pose.pose.current ? 5 : 2) * pose.unit; color: pose.pose.current ? pose.paint.disc : pose.paint.faint }

        Glyph {
            anchors.centerIn: parent
            width: parent.width * 0.5
            height: width
            name: pose.taken ? "check" : pose.pose.icon
            ink: pose.taken ? pose.paint.glyph : pose.paint.ink
            weight: 2.6
        }

        Shape {
            anchors.fill: parent
            visible: !pose.taken && pose.pose.done > 0
            preferredRendererType: Shape.CurveRenderer

            ShapePath {
                strokeColor: pose.paint.disc
                strokeWidth: 12 * pose.unit
                fillColor: "transparent"
                capStyle: ShapePath.RoundCap

                PathAngleArc {
                    centerX: disc.width / 2
                    centerY: disc.height / 2
                    radiusX: disc.width / 2 - 6 * pose.unit
                    radiusY: radiusX
                    startAngle: -90
                    sweepAngle: 360 * pose.pose.done
                }
            }
        }
    }

    Line {
        anchors { top: disc.bottom; topMargin: 6 * pose.unit; left: parent.left; right: parent.right }
        height: 38 * pose.unit
        horizontalAlignment: Text.AlignHCenter
        text: pose.pose.label
        color: pose.paint.ink
        size: 28 * pose.unit
        font.weight: pose.pose.current ? Font.Bold : Font.Normal
    }
}
