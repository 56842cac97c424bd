using System.Text.Json;

namespace Forewave.Cli.Output;

/// <summary>
/// One entry for people: a line <c>name  value</c> for each of its JSON fields, so that both say the same. A list has a line for
/// each of its elements.
/// </summary>
internal static class EntryText
{
    private const int NameWidth = 20;

    /// <summary>Prints an entry as JSON, or as lines.</summary>
    public static void Print(bool json, Action<Utf8JsonWriter> write)
    {
        if (json)
        {
            JsonResult.Print(write);
            return;
        }
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
            write(writer);
        using var document = JsonDocument.Parse(bytes.ToArray());
        foreach (var field in document.RootElement.EnumerateObject())
            Print(field.Name, field.Value);
    }

    private static void Print(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Console.Out.WriteLine($"{name.PadRight(NameWidth)}{TextOf(value)}");
            return;
        }
        foreach (var element in value.EnumerateArray())
        {
            Print(name, element);
            name = "";
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => string.Join("  ", value.EnumerateObject().Select(field => TextOf(field.Value))),
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
