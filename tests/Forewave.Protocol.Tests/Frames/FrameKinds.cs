using Google.Protobuf;

namespace Forewave.Protocol.Tests.Frames;

/// <summary>Everything that has a span reader: how to make one at random, and how to compare the readers.</summary>
internal static class FrameKinds
{
    public static IReadOnlyDictionary<string, (Func<SeededRandom, IMessage> Make, Func<byte[], bool> Compare)> All { get; } =
        new Dictionary<string, (Func<SeededRandom, IMessage>, Func<byte[], bool>)>
        {
            ["message"] = (RandomMessages.Message, ReaderComparison.Message),
            ["publish"] = (RandomMessages.Publish, ReaderComparison.Publish),
            ["published"] = (RandomMessages.Published, ReaderComparison.Published),
            ["delivery"] = (RandomMessages.Delivery, ReaderComparison.Delivery),
            ["settle"] = (RandomMessages.Settle, ReaderComparison.Settle),
            ["settled"] = (RandomMessages.Settled, ReaderComparison.Settled),
        };
}
