using System.Text;
using System.Text.Json;

namespace Forewave.Server.Json;

/// <summary>
/// The content of a message as fields of JSON. Bytes are text where they are UTF-8, else base64 under a name that says so:
/// <c>body</c> or <c>bodyBase64</c>, so that nothing is ever shown as what it is not.
/// </summary>
internal static class MessageJson
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void WriteTag(Utf8JsonWriter writer, string? tag)
    {
        if (tag is not null)
            writer.WriteString("tag", tag);
    }

    public static void WriteKeys(Utf8JsonWriter writer, IReadOnlyList<string> keys)
    {
        if (keys.Count == 0)
            return;
        writer.WriteStartArray("keys");
        foreach (string key in keys)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
    }

    public static void WriteHeaders(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> headers)
    {
        if (headers.Count == 0)
            return;
        writer.WriteStartArray("headers");
        foreach (var (name, value) in headers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            WriteBytes(writer, "value", value.Span);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void WriteBody(Utf8JsonWriter writer, ReadOnlySpan<byte> body) => WriteBytes(writer, "body", body);

    private static void WriteBytes(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            writer.WriteString(name, Strict.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            writer.WriteBase64String($"{name}Base64", bytes);
        }
    }
}
