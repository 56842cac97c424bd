using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Forewave.Cli.Output;
using Forewave.Client.Consuming;

namespace Forewave.Cli.Consuming;

/// <summary>Prints messages: the body and a line's end, or one line of JSON. One thread at a time.</summary>
internal sealed class MessagePrinter(OutputBuffer output, bool json)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>Appends a message to the output.</summary>
    public void Print(in ReceivedMessage message)
    {
        if (!json)
        {
            output.AppendLine(message.Body.Span);
            return;
        }
        _line.ResetWrittenCount();
        using (Utf8JsonWriter writer = new(_line, Options))
            Write(writer, in message);
        output.AppendLine(_line.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, in ReceivedMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("messageId", message.Id.ToString());
        writer.WriteNumber("offset", message.Offset.Value);
        writer.WriteNumber("attempt", message.Attempt.Value);
        writer.WriteString("publishTime", message.PublishTime);
        if (message.Tag is { } tag)
            writer.WriteString("tag", tag);
        WriteKeys(writer, message.Keys);
        WriteHeaders(writer, message.Headers);
        WriteBytes(writer, "body", message.Body.Span);
        writer.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter writer, IReadOnlyList<string> keys)
    {
        if (keys.Count == 0)
            return;
        writer.WriteStartArray("keys");
        foreach (string key in keys)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
    }

    private static void WriteHeaders(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> headers)
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

    /// <summary>As text where it is UTF-8, else in base64 under the name with that in it.</summary>
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
