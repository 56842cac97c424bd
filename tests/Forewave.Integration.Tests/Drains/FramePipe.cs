using System.Buffers;
using System.IO.Pipelines;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Integration.Tests.Drains;

/// <summary>
/// A client's end of a connection to a broker in the process, into which a test can put a frame of the broker's own. Frames of
/// the broker pass unchanged, one after the other.
/// </summary>
internal sealed class FramePipe : IDuplexPipe
{
    private readonly IDuplexPipe _broker;
    private readonly Pipe _toClient = new(new PipeOptions(useSynchronizationContext: false));
    private readonly SemaphoreSlim _turn = new(1);

    public FramePipe(IDuplexPipe broker)
    {
        _broker = broker;
        Pumping = PumpAsync();
    }

    public PipeReader Input => _toClient.Reader;

    public PipeWriter Output => _broker.Output;

    /// <summary>Completes when one of both sides has closed.</summary>
    public Task Pumping { get; }

    /// <summary>The broker seems to say that it goes away; false: the connection has ended.</summary>
    public async Task<bool> GoAwayAsync(TimeSpan grace)
    {
        ArrayBufferWriter<byte> frame = new();
        V1.GoAway goAway = new() { Error = ErrorFrame.Of(ErrorCode.ShuttingDown), Grace = (uint)grace.TotalMilliseconds };
        GeneratedFrame.Write(frame, new V1.ServerFrame { GoAway = goAway });
        return !Pumping.IsCompleted && await PassAsync(frame.WrittenMemory);
    }

    private async Task PumpAsync()
    {
        bool isOpen = true;
        while (isOpen)
        {
            var result = await _broker.Input.ReadAsync();
            var buffer = result.Buffer;
            var start = buffer.Start;
            while (isOpen && FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out _, out _))
            {
                isOpen = await PassAsync(result.Buffer.Slice(start, buffer.Start).ToArray());
                start = buffer.Start;
            }
            _broker.Input.AdvanceTo(buffer.Start, buffer.End);
            isOpen &= !result.IsCompleted;
        }
        await _toClient.Writer.CompleteAsync();
        await _broker.Input.CompleteAsync();
    }

    private async Task<bool> PassAsync(ReadOnlyMemory<byte> frame)
    {
        await _turn.WaitAsync();
        try
        {
            return !(await _toClient.Writer.WriteAsync(frame)).IsCompleted;
        }
        finally
        {
            _turn.Release();
        }
    }
}
