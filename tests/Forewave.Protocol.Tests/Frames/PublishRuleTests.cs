using Forewave.Protocol.Frames;
using Google.Protobuf;

namespace Forewave.Protocol.Tests.Frames;

public sealed class PublishRuleTests
{
    private static readonly byte[] OneMessage = [0x7A, 3, 0x0A, 1, (byte)'a'];

    [Fact]
    public void Batch_is_refused_when_a_field_stands_after_its_messages()
    {
        byte[] batch = [.. OneMessage, 0x08, 1, 0x10, 1];

        Assert.Equal(ErrorCode.FieldInvalid, Refusal(batch));
    }

    [Fact]
    public void Batch_is_refused_when_a_field_stands_between_its_messages()
    {
        byte[] batch = [0x08, 1, 0x10, 1, .. OneMessage, 0x18, 0, .. OneMessage];

        Assert.Equal(ErrorCode.FieldInvalid, Refusal(batch));
    }

    [Fact]
    public void Batch_is_refused_when_it_has_no_messages()
    {
        Assert.Equal(ErrorCode.FieldInvalid, Refusal([0x08, 1, 0x10, 1]));
    }

    [Fact]
    public void Batch_is_refused_when_it_has_no_sequence()
    {
        Assert.Equal(ErrorCode.FieldInvalid, Refusal([0x08, 1, .. OneMessage]));
    }

    [Fact]
    public void Publish_is_refused_when_it_has_too_many_messages()
    {
        var batch = new V1.PublishBatch { Queue = 1, FirstSequence = 1 };
        batch.Messages.AddRange(Enumerable.Repeat(ByteString.Empty, Limits.MessagesPerFrame / 2));
        var publish = new V1.Publish { Producer = 1, Batches = { batch, batch } };

        Assert.Equal(ErrorCode.None, RefusalOf(publish.ToByteArray()));

        publish.Batches.Add(new V1.PublishBatch { Queue = 1, FirstSequence = 1, Messages = { ByteString.Empty } });
        Assert.Equal(ErrorCode.TooManyMessages, RefusalOf(publish.ToByteArray()));
    }

    [Fact]
    public void Frame_with_a_command_of_a_later_version_keeps_its_correlation()
    {
        // correlation 5, then field 99.
        byte[] frame = [0x08, 5, 0x9A, 0x06, 1, 0];

        Assert.True(ClientFrameReader.TryRead(frame, out var header, out _));

        Assert.Equal(ClientCommand.None, header.Command);
        Assert.Equal(5ul, header.Correlation.Value);
    }

    [Fact]
    public void Frame_with_two_commands_is_refused()
    {
        byte[] frame = [0x08, 5, 0x5A, 0, 0x62, 0];

        Assert.False(ClientFrameReader.TryRead(frame, out _, out var problem));

        Assert.Equal(ErrorCode.FrameBroken, problem.Code);
    }

    [Fact]
    public void Run_is_sliced_by_messages()
    {
        byte[] run = [.. OneMessage, 0x7A, 0, .. OneMessage];
        var walk = new MessageRun(run);

        Assert.True(walk.TrySlice(2, out int twoBytes));
        Assert.True(walk.TrySlice(1, out int oneBytes));
        Assert.False(walk.TrySlice(1, out _));

        Assert.Equal(7, twoBytes);
        Assert.Equal(5, oneBytes);
    }

    private static ErrorCode Refusal(byte[] batch) => RefusalOf([0x08, 1, 0x12, (byte)batch.Length, .. batch]);

    private static ErrorCode RefusalOf(byte[] publish)
    {
        if (!PublishReader.TryOpen(publish, ByteRange.All(publish), out var reader, out var problem))
            return problem.Code;
        while (reader.MoveNext(out _))
        {
        }
        return reader.Problem.Code;
    }
}
