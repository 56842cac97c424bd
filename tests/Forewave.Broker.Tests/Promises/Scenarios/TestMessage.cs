using System.Globalization;
using System.Text;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A message that says in its body which one it is.</summary>
internal sealed record TestMessage(MessageKey Key, string Queue, ByteString Bytes)
{
    /// <summary>Number of the event of its last sending.</summary>
    public int SentAt { get; set; }

    public string Digest => DigestOf(Bytes.Span);

    public static TestMessage Make(MessageKey key, string queue, Random random)
    {
        int padding = random.Next(10) switch { 0 => random.Next(6_000), < 4 => random.Next(600), _ => random.Next(40) };
        var message = new V1.Message
        {
            Body = ByteString.CopyFromUtf8($"{key.Producer}:{key.Sequence}:{new string((char)('a' + random.Next(26)), padding)}"),
        };
        if (random.Next(8) == 0)
            message.Keys.Add($"key {random.Next(100)}");
        if (random.Next(8) == 0)
            message.Headers.Add(new V1.Header { Name = "trace", Value = ByteString.CopyFromUtf8($"{random.Next()}") });
        return new TestMessage(key, queue, message.ToByteString());
    }

    /// <summary>Which message it is, by its bytes; default where they are broken.</summary>
    public static MessageKey Read(ByteString bytes)
    {
        string[] parts = Encoding.UTF8.GetString(V1.Message.Parser.ParseFrom(bytes).Body.Span).Split(':');
        return parts.Length == 3 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int producer)
            && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out ulong sequence)
            ? new MessageKey(producer, sequence)
            : default;
    }

    public static string DigestOf(ReadOnlySpan<byte> bytes) => $"{bytes.Length}:{Checksum.Of(bytes):x8}";
}
