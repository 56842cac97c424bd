using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Forewave.Cli.Output;
using Forewave.Client.Consuming;

namespace Forewave.Cli.Consuming;

/// <summary>Prints messages: the body and a line's end, or one line of JSON. One thread at a time.</summary>
internal sealed class MessagePrinter(OutputBuffer output, bool json)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
        MessageJson.WriteTag(writer, message.Tag);
        MessageJson.WriteKeys(writer, message.Keys);
        MessageJson.WriteHeaders(writer, message.Headers);
        MessageJson.WriteBody(writer, message.Body.Span);
        writer.WriteEndObject();
    }
}
