using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Forewave.Cli.Wire;

/// <summary>The fields of a frame on one line, for people: <c>name=value</c>, messages in braces, lists in brackets.</summary>
internal static class FrameLine
{
    /// <summary>Writes an object's fields.</summary>
    public static string Of(JsonElement fields)
    {
        StringBuilder line = new();
        AppendFields(line, fields);
        return line.ToString();
    }

    private static void AppendFields(StringBuilder line, JsonElement fields)
    {
        bool isFirst = true;
        foreach (var field in fields.EnumerateObject())
        {
            line.Append(isFirst ? "" : " ").Append(field.Name).Append('=');
            Append(line, field.Value);
            isFirst = false;
        }
    }

    private static void Append(StringBuilder line, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.TryGetProperty("bytes", out var bytes) && (value.TryGetProperty("text", out _) || value.TryGetProperty("hex", out _)):
                AppendBytes(line, value, bytes.GetInt64());
                break;
            case JsonValueKind.Object:
                line.Append('{');
                AppendFields(line, value);
                line.Append('}');
                break;
            case JsonValueKind.Array:
                line.Append('[').AppendJoin(' ', value.EnumerateArray().Select(Text)).Append(']');
                break;
            case JsonValueKind.String:
                line.Append(Quoted(value.GetString()!));
                break;
            default:
                line.Append(value.GetRawText());
                break;
        }
    }

    private static string Text(JsonElement value)
    {
        StringBuilder line = new();
        Append(line, value);
        return line.ToString();
    }

    private static void AppendBytes(StringBuilder line, JsonElement value, long count)
    {
        line.Append(value.TryGetProperty("text", out var text) ? Quoted(text.GetString()!) : $"0x{(value.TryGetProperty("hex", out var hex) ? hex.GetString() : "")}");
        if (value.TryGetProperty("cut", out _))
            line.Append(CultureInfo.InvariantCulture, $"…({count} bytes)");
    }

    // One line, whatever is in it.
    private static string Quoted(string text)
    {
        bool isPlain = text.Length > 0 && text.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '/');
        return isPlain ? text : $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t")}\"";
    }
}
