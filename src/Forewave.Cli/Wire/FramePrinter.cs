using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Cli.Wire;

/// <summary>Prints a line for each frame and for what becomes of connections. Thread-safe; a slow reader of the output slows the connections down.</summary>
internal sealed class FramePrinter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly FrameFields _fields;
    private readonly bool _json;

    /// <param name="output">Where to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="fields">How frames are opened.</param>
    /// <param name="json">One JSON object a line.</param>
    public FramePrinter(TextWriter output, TimeProvider time, FrameFields fields, bool json)
    {
        _output = output;
        _time = time;
        _fields = fields;
        _json = json;
    }

    /// <summary>A frame of a client or of the broker.</summary>
    public void Print(WireSide side, ReadOnlyMemory<byte> frame)
    {
        try
        {
            if (side.IsClient)
            {
                var parsed = V1.ClientFrame.Parser.ParseFrom(frame.Span);
                Print(side, frame.Length, new FrameName(parsed.Correlation, NameOf(parsed, (int)parsed.CommandCase)), parsed);
            }
            else
            {
                var parsed = V1.ServerFrame.Parser.ParseFrom(frame.Span);
                Print(side, frame.Length, new FrameName(parsed.Correlation, NameOf(parsed, (int)parsed.AnswerCase)), parsed);
            }
        }
        catch (InvalidProtocolBufferException broken)
        {
            Note(side, $"a frame of {frame.Length} bytes is none of this protocol: {broken.Message}");
        }
    }

    /// <summary>Something else about a connection.</summary>
    public void Note(WireSide side, string text)
    {
        string time = Now();
        if (!_json)
        {
            WriteLine($"{time} {side} ! {text}");
            return;
        }
        WriteLine(Json(writer =>
        {
            WriteHead(writer, time, side);
            writer.WriteString("note", text);
        }));
    }

    private void Print(WireSide side, int lengthBytes, FrameName name, IMessage frame)
    {
        string time = Now();
        string line = Json(writer =>
        {
            WriteHead(writer, time, side);
            writer.WriteNumber("bytes", lengthBytes);
            writer.WriteNumber("correlation", name.Correlation);
            writer.WriteString("frame", name.Command);
            writer.WritePropertyName("content");
            _fields.Write(writer, frame);
        });
        if (_json)
        {
            WriteLine(line);
            return;
        }
        using var document = JsonDocument.Parse(line);
        // The only field besides the correlation is the command itself.
        var content = document.RootElement.GetProperty("content").EnumerateObject().FirstOrDefault(field => field.Name != "correlation");
        string fields = content.Value.ValueKind == JsonValueKind.Object ? FrameLine.Of(content.Value) : "";
        WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time} {side} {name.Command} #{name.Correlation} {lengthBytes} bytes{(fields.Length > 0 ? " " : "")}{fields}"));
    }

    private static string NameOf(IMessage frame, int field) => frame.Descriptor.FindFieldByNumber(field)?.Name ?? "unknown";

    private static void WriteHead(Utf8JsonWriter writer, string time, WireSide side)
    {
        writer.WriteString("time", time);
        writer.WriteNumber("connection", side.Connection);
        writer.WriteString("from", side.IsClient ? "client" : "broker");
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private string Now() => _time.GetUtcNow().ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private void WriteLine(string line)
    {
        lock (_lock)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }
}
