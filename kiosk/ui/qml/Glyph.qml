import QtQuick
import QtQuick.Shapes

// A drawn icon: strokes on a field of 24 by 24, in one colour, sharp at any size.
Item {
    id: glyph

    property string name
    property color ink
    property real weight: 2.2

    readonly property var strokes: ({
        "face": "M12 3a9 9 0 1 0 .01 0zM9 9.6v.4M15 9.6v.4M8.2 14.3q3.8 3.4 7.6 0",
        "nearer": "M8 3H3V8M16 3H21V8M8 21H3V16M16 21H21V16M12 8.5V15.5M8.5 12H15.5",
        "back": "M9 3V9H3M15 3V9H21M9 21V15H3M15 21V15H21",
        "still": "M12 3a9 9 0 1 0 .01 0zM9.5 8.5V15.5M14.5 8.5V15.5",
        "dark": "M20 14.5A8.5 8.5 0 1 1 9.5 4A7 7 0 0 0 20 14.5z",
        "bright": "M12 8a4 4 0 1 0 .01 0zM12 2V4M12 20V22M2 12H4M20 12H22M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
        "back_light": "M12 10.5a3 3 0 1 0 .01 0zM6.5 21.5c0-3.400 2.200-5 5.500-5s5.500 1.600 5.500 5M12 2V5.500M4.500 5L7 7.500M19.500 5L17 7.500M1.500 12H5M19 12H22.500",
        "send": "M12 15V3.500M7 8.500l5-5l5 5M4 15.500V20.500H20V15.500",
        "sound": "M3 9.500H7.500L13 5V19L7.500 14.500H3zM16.500 9.200q2.400 2.800 0 5.600M19.200 6.500q4.600 5.500 0 11",
        "unlock": "M5 11H19V21H5zM8 11V7.500a4 4 0 0 1 7.700-1.500M12 15v2.200",
        "mask": "M12 3a9 9 0 1 0 .01 0zM9 8.6v.4M15 8.6v.4M3.3 13L8 11.5H16L20.7 13M8 15H16M8.6 17.8H15.4",
        "sunglasses": "M2 9H22M3 9v3.5a3.5 3.5 0 0 0 7 0V9M14 9v3.5a3.5 3.5 0 0 0 7 0V9M5 12.5l3-3M16 12.5l3-3",
        "centre": "M2 12H8M5 9l3 3l-3 3M22 12H16M19 9l-3 3l3 3M12 4V20",
        "people": "M9 4a3.5 3.5 0 1 0 .01 0zM2.5 20c0-4 2.5-6 6.5-6s6.5 2 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.4c2.4 .8 3.5 2.8 3.5 5.6",
        "scan": "M8 3H3V8M16 3H21V8M8 21H3V16M16 21H21V16M6.5 12H17.5",
        "save": "M12 3V14.5M7 10l5 5l5-5M4 17V21H20V17",
        "check": "M4 12.5l5.5 5.5L20 7",
        "repeat": "M1.5 12.5l5 5L16 8M11.5 15.5l2 2L22.5 8",
        "question": "M8.3 8.8a3.7 3.7 0 1 1 5.6 3.2c-1.4 .8-1.9 1.5-1.9 3M12 19v.3",
        "person": "M12 3.5a4.2 4.2 0 1 0 .01 0zM3.5 21c0-4.6 3.2-7 8.5-7s8.5 2.4 8.5 7",
        "disk": "M12 3.5L22 20.5H2zM12 10v4.6M12 17.6v.2",
        "camera": "M3 8h4l2-3h6l2 3h4v11H3zM12 10a3.3 3.3 0 1 0 .01 0zM2.5 2.5L21.5 21.5",
        "lock": "M5 11H19V21H5zM8 11V7.5a4 4 0 0 1 8 0V11M12 15v2.2",
        "turn_left": "M21 12H4M11 5L4 12l7 7",
        "turn_right": "M3 12H20M13 5L20 12l-7 7",
        "turn_up": "M12 21V4M5 11L12 4l7 7",
        "turn_nearer": "M8 3H3V8M16 3H21V8M8 21H3V16M16 21H21V16M12 8.5V15.5M8.5 12H15.5",
        "withdrawn": "M12 3a9 9 0 1 0 .01 0zM5.7 5.7L18.3 18.3",
        "list": "M10.5 3.5a7 7 0 1 0 .01 0zM15.6 15.6L21 21",
        "pin": "M3 6H21V18H3zM7.5 12v.2M12 12v.2M16.5 12v.2",
        "card": "M2.5 5.5H21.5V18.5H2.5zM2.5 9.5H21.5M6 14.5H11",
        "pin_barred": "M5 11H19V21H5zM8 11V7.5a4 4 0 0 1 8 0V11M9.5 13.7l5 4.6M14.5 13.7l-5 4.6",
        "face_differs": "M9 3.5a3.8 3.8 0 1 0 .01 0zM2.5 20.5c0-4.4 2.5-6.5 6.5-6.5c1.6 0 3 .3 4 1M15 14.5l6 6M21 14.5l-6 6",
        "enter": "M13 3H20V21H13M2.5 12H14M10 7.5l4.5 4.5l-4.5 4.5",
        "leave": "M11 3H4V21H11M9 12H21M16.5 7.5L21 12l-4.5 4.5",
        "duty": "M3 8H21V20H3zM9 8V5H15V8M3 13.5H21",
        "calendar": "M3.5 5H20.5V21H3.5zM3.5 10H20.5M8 2.5V6M16 2.5V6M8 14.5h.2M12 14.5h.2M16 14.5h.2",
        "cross": "M6 6L18 18M18 6L6 18",
        "restart": "M20 5v5h-5M20 10A8.5 8.5 0 1 0 20.5 13",
        "choose": "M12 3V8M12 8L5 15V21M12 8L19 15V21M2.5 18.5L5 21l2.5-2.5M16.5 18.5L19 21l2.5-2.5",
        "globe": "M12 3a9 9 0 1 0 .01 0zM3 12H21M12 3c-5 4.5-5 13.5 0 18M12 3c5 4.5 5 13.5 0 18",
        "erase": "M8 5H21V19H8L2.5 12zM11.5 9l5 6M16.5 9l-5 6",
        "space": "M4 10V15H20V10",
        "offline": "M3 3L21 21M8.6 16.2a5 5 0 0 1 6.8 0M5.2 12.6a10 10 0 0 1 4.4-2.4M18.8 12.6a10 10 0 0 0-2.6-1.8M2 9a14.5 14.5 0 0 1 4.2-2.6M22 9a14.5 14.5 0 0 0-10.8-3.9M12 20v.2",
        "demo": "M9 3h6M10 3v6L4.6 18.8a1.5 1.5 0 0 0 1.3 2.2H18.1a1.5 1.5 0 0 0 1.3-2.2L14 9V3M7.5 15h9",
        "fresh": "M9 4a4 4 0 1 0 .01 0zM2 20.500c0-4.400 2.600-6.500 7-6.500c1.700 0 3.100 .3 4.200 .9M18.500 13V21M14.500 17H22.500",
        "device": "M4 4H20V16H4zM9 20.500H15M12 16V20.500",
        "log": "M5 5H19M5 10H19M5 15H15M5 20H12",
        "bulb": "M9 17.500h6M10 21h4M9 17.500c0-3-3-4.200-3-8a6 6 0 0 1 12 0c0 3.800-3 5-3 8",
        "shield": "M12 3l8 3v6c0 5-3.5 8-8 9c-4.5-1-8-4-8-9V6z",
        "clock": "M12 3a9 9 0 1 0 .01 0zM12 7.5V12l3.2 2",
        "place": "M12 21c-4.4-4.9-6.5-8.3-6.5-11.2a6.5 6.5 0 0 1 13 0c0 2.900-2.100 6.300-6.500 11.200zM12 7.500a2.400 2.400 0 1 0 .01 0z"
    })

    Shape {
        width: 24
        height: 24
        scale: Math.min(glyph.width, glyph.height) / 24
        transformOrigin: Item.TopLeft
        preferredRendererType: Shape.CurveRenderer

        ShapePath {
            strokeColor: glyph.ink
            strokeWidth: glyph.weight
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg { path: glyph.strokes[glyph.name] || "" }
        }
    }
}
