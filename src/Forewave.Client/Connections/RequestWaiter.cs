using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Client.Connections;

/// <summary>Waits for an answer that generated code reads: everything that is not on the hot path.</summary>
internal sealed class RequestWaiter : IAnswerHandler
{
    private readonly TaskCompletionSource<ServerFrame> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<ServerFrame>? _onAnswer;

    /// <param name="onAnswer">Runs on the receive loop before anything that came after the answer is looked at.</param>
    public RequestWaiter(Action<ServerFrame>? onAnswer = null) => _onAnswer = onAnswer;

    /// <summary>The answer, or a <see cref="ForewaveException"/>.</summary>
    public Task<ServerFrame> Task => _completion.Task;

    /// <summary>The connection ended before the answer; known when the task has failed.</summary>
    public bool IsLost { get; private set; }

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (!GeneratedFrame.TryParse(ServerFrame.Parser, frame, out ServerFrame? answer, out FrameProblem problem))
        {
            _completion.TrySetException(problem.ToException());
        }
        else if (answer.AnswerCase == ServerFrame.AnswerOneofCase.Error)
        {
            _completion.TrySetException(ErrorFrame.ToException(answer.Error));
        }
        else
        {
            _onAnswer?.Invoke(answer);
            _completion.TrySetResult(answer);
        }
    }

    public void Lost(ForewaveException reason)
    {
        IsLost = true;
        _completion.TrySetException(reason.ForOneMore());
    }
}
