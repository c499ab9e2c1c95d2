import QtQuick

// Somebody looks for their name: what they typed, the names that fit, and letters below.
Item {
    id: names

    required property var measure
    required property var kiosk
    required property var view
    required property var colours

    readonly property bool portrait: measure.portrait
    readonly property real gap: 10 * measure.unit
    readonly property int columns: portrait ? 1 : 2
    property string typed: ""
    readonly property string said: typed !== "" ? typed : view.entry

    onVisibleChanged: typed = ""

    function type(text) {
        typed = text.slice(0, 40)
        kiosk.tap("search", typed)
    }

    Rectangle {
        id: disc
        width: 92 * names.measure.unit
        height: width
        y: (field.height - height) / 2
        radius: width / 2
        color: names.view.paint.disc

        Glyph {
            anchors.centerIn: parent
            width: parent.width * 0.62
            height: width
            name: names.view.icon
            ink: names.view.paint.glyph
        }
    }

    Rectangle {
        id: field
        anchors { left: disc.right; leftMargin: 16 * names.measure.unit }
        width: (names.portrait ? names.width : names.width * 0.54) - x
        height: 112 * names.measure.unit
        radius: 14 * names.measure.unit
        color: names.colours.field
        border { width: 3 * names.measure.unit; color: names.view.paint.disc }

        Line {
            objectName: "headline"
            anchors { fill: parent; leftMargin: 18 * names.measure.unit; rightMargin: 18 * names.measure.unit }
            verticalAlignment: Text.AlignVCenter
            text: names.said !== "" ? names.said : names.view.headline
            color: names.said !== "" ? names.colours.field_ink : names.colours.field_hint
            size: names.measure.headline
            smallest: names.measure.headline * 0.25
            font.weight: Font.Bold
        }
    }

    Line {
        id: found
        x: names.portrait ? 0 : field.x + field.width + 24 * names.measure.unit
        y: names.portrait ? field.height + 4 * names.measure.unit : 0
        width: names.width - x
        height: names.portrait ? 46 * names.measure.unit : field.height
        verticalAlignment: Text.AlignVCenter
        text: names.view.found
        color: names.view.paint.ink
        size: 34 * names.measure.unit
        font.weight: names.said !== "" && names.view.matches.length === 0 ? Font.Bold : Font.Normal
        lines: names.portrait ? 1 : 2
    }

    Repeater {
        model: names.view.matches

        Tap {
            required property var modelData
            required property int index
            readonly property real pitch: (matchRoom.height + names.gap) / (4 / names.columns)
            measure: names.measure
            x: index % names.columns * (names.width + names.gap) / names.columns
            y: matchRoom.y + Math.floor(index / names.columns) * pitch
            width: (names.width + names.gap) / names.columns - names.gap
            height: pitch - names.gap
            ground: names.view.paint.disc
            ink: names.view.paint.glyph
            label: modelData.name
            note: modelData.note
            icon: modelData.kind === "pick" ? "person" : "fresh"
            high: true
            size: 34 * names.measure.unit
            onTouched: names.kiosk.tap(modelData.kind, modelData.person)
        }
    }

    Item {
        id: matchRoom
        anchors { bottom: letters.top; bottomMargin: names.gap }
        // On a small panel letters are so large that the names have less than they would like.
        height: Math.min(4 / names.columns * (names.measure.target + names.gap) - names.gap,
                         letters.y - names.gap - Math.max(field.y + field.height, found.y + found.height))
    }

    Letters {
        id: letters
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        measure: names.measure
        colours: names.colours
        wide: !names.portrait
        cancel: names.view.buttons.length > 0 ? names.view.buttons[0].label : ""
        onTyped: letter => names.type(names.typed + letter)
        onErased: names.type(names.typed.slice(0, -1))
        onCancelled: names.kiosk.tap("dismiss", "")
    }
}
