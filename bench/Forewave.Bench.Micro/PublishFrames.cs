using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Bench.Micro;

/// <summary>Publish frames to measure with.</summary>
internal static class PublishFrames
{
    /// <summary>One batch of equal messages, without the frame's length.</summary>
    public static byte[] Encode(int messages, int bodyBytes, bool hasKeyAndTag)
    {
        byte[] run = EncodeRun(messages, bodyBytes, hasKeyAndTag);
        PublishBatchHeader batch = new() { QueueHandle = 1, FirstSequence = Sequence.First };
        int batchHead = PublishFrameWriter.BatchHeadSize(batch, run.Length);
        CorrelationId correlation = new(1);
        int frameHead = PublishFrameWriter.FrameHeadSize(correlation, 1, batchHead + run.Length);
        byte[] frame = new byte[frameHead + batchHead + run.Length];
        PublishFrameWriter.WriteFrameHead(frame, correlation, 1, batchHead + run.Length);
        PublishFrameWriter.WriteBatchHead(frame.AsSpan(frameHead), batch, run.Length);
        run.CopyTo(frame, frameHead + batchHead);
        return frame[FrameDecoder.LengthBytes..];
    }

    /// <summary>The messages as they stand in a batch, in the log and in a delivery.</summary>
    public static byte[] EncodeRun(int messages, int bodyBytes, bool hasKeyAndTag)
    {
        MessageFields fields = new()
        {
            Body = new byte[bodyBytes],
            Keys = hasKeyAndTag ? ["customer-4711"] : [],
            Tag = hasKeyAndTag ? "paid" : null,
        };
        if (!MessageWriter.TryMeasure(fields, out int encodedBytes, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        int size = MessageWriter.SizeInRun(encodedBytes);
        byte[] run = new byte[messages * size];
        for (int i = 0; i < messages; i++)
        {
            MessageWriter.Write(run.AsSpan(i * size), fields, encodedBytes);
        }

        return run;
    }
}
