using BenchmarkDotNet.Attributes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Bench.Micro;

/// <summary>Frame → validated messages: what a session does with a Publish before it takes any lock.</summary>
[MemoryDiagnoser]
public class PublishFrameStage
{
    private const int Messages = 64;
    private byte[] _frame = [];

    /// <summary>Bytes of a message's body.</summary>
    [Params(100, 1024)]
    public int BodyBytes { get; set; }

    /// <summary>Whether messages have a key and a tag.</summary>
    [Params(false, true)]
    public bool HasKeyAndTag { get; set; }

    /// <summary>Encodes the frame.</summary>
    [GlobalSetup]
    public void Encode() => _frame = PublishFrames.Encode(Messages, BodyBytes, HasKeyAndTag);

    /// <summary>Reads the frame and every message in it; the figure is for one message.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public int Validate()
    {
        ReadOnlySpan<byte> frame = _frame;
        ClientFrameReader.TryRead(frame, out ClientFrameHeader header, out _);
        PublishReader.TryOpen(frame, header.Payload, out PublishReader publish, out _);
        int valid = 0;
        while (publish.MoveNext(out PublishBatchView batch))
        {
            foreach (ReadOnlySpan<byte> message in new MessageRun(batch.Messages.Of(frame)))
            {
                valid += MessageReader.TryRead(message, out _, out _) ? 1 : 0;
            }
        }

        return valid == Messages ? valid : throw new InvalidOperationException($"{valid} of {Messages} messages are valid");
    }
}
