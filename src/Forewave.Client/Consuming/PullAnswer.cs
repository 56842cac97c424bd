using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>Waits for the answer to one receive: the messages go to the prefetch on the receive loop.</summary>
internal sealed class PullAnswer(Prefetch prefetch) : IAnswerHandler
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the answer, or with a <see cref="ForewaveException"/>.</summary>
    public Task Task => _completion.Task;

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (header.Answer == ServerAnswer.Delivery)
        {
            prefetch.Add(frame, header.Payload, isPull: true);
            _completion.TrySetResult();
        }
        else
        {
            _completion.TrySetException(
                header.Answer == ServerAnswer.Error && ErrorFrame.TryRead(frame, header.Payload, out Protocol.V1.Error error)
                    ? ErrorFrame.ToException(error)
                    : new ForewaveException(ErrorCode.FrameBroken, "The broker's answer to a receive cannot be read."));
        }
    }

    public void Lost(ForewaveException reason) => _completion.TrySetException(reason.ForOneMore());
}
