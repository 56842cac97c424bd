using System.Buffers;
using Forewave.Client;
using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Settles by handle, over one connection. What had no answer when the connection ended is sent again: a settle that was done
/// already succeeds. Thread-safe.
/// </summary>
internal sealed class SettleCalls(BrokerLink link, ForewaveClientOptions options)
{
    /// <summary>Settles runs of one message each; gives the errors of those that failed, by their place.</summary>
    /// <exception cref="ForewaveException">None of it is known to be done.</exception>
    public async ValueTask<IReadOnlyDictionary<int, ForewaveException>> SettleAsync(SettleRun[] runs, CancellationToken gone)
    {
        long begun = options.TimeProvider.GetTimestamp();
        while (true)
        {
            var connection = await link.ConnectionAsync(Left(begun), gone);
            SettleReply reply = new();
            if (connection.Register(reply) is not { } correlation)
                continue;
            ArrayBufferWriter<byte> bytes = new(64 + 48 * runs.Length);
            SettleFrameWriter.Write(bytes, correlation, runs);
            connection.Send(bytes.WrittenMemory);
            try
            {
                return await reply.Task.WaitAsync(Left(begun), options.TimeProvider, gone);
            }
            catch (ForewaveException) when (reply.IsLost && Left(begun) > TimeSpan.Zero)
            {
                gone.ThrowIfCancellationRequested();
            }
            catch (TimeoutException late)
            {
                throw new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer within {options.RequestTimeout}.", late);
            }
        }
    }

    private TimeSpan Left(long begun)
    {
        var left = options.RequestTimeout - options.TimeProvider.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
