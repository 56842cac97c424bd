using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Sends administrative requests, within one deadline each. What only looks is asked again when its connection ends before the
/// answer; what changes something is sent once. Thread-safe.
/// </summary>
internal sealed class AdministrationCalls(BrokerLink link, ForewaveClientOptions options)
{
    /// <summary>The client's clock.</summary>
    public TimeProvider Time => options.TimeProvider;

    /// <exception cref="ForewaveException">The broker refused, cannot do it, or did not answer in time.</exception>
    public async ValueTask<AdministrationAnswer> AskAsync(AdministrationRequest request, CancellationToken cancellation)
    {
        AdministrationVerb verb = AdministrationVerb.Of(request);
        long begun = options.TimeProvider.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Connection connection = await link.ConnectionAsync(Left(begun), cancellation).ConfigureAwait(false);
            connection.Capabilities.Require(verb.Capability);
            RequestWaiter waiter = new();
            if (!connection.TryRequest(new ClientFrame { Administration = request }, waiter))
            {
                continue;
            }

            try
            {
                return await AnswerAsync(waiter, begun, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException lost) when (waiter.IsLost && lost.Code != ErrorCode.ClientClosed)
            {
                if (!verb.IsRepeatable)
                {
                    throw new ForewaveException(ErrorCode.OutcomeUnknown, $"The connection ended before the answer came: {lost.Message}", lost);
                }
            }
        }
    }

    private async Task<AdministrationAnswer> AnswerAsync(RequestWaiter waiter, long begun, CancellationToken cancellation)
    {
        try
        {
            ServerFrame answer = await waiter.Task.WaitAsync(Left(begun), options.TimeProvider, cancellation).ConfigureAwait(false);
            return answer.Administration
                ?? throw new ForewaveException(ErrorCode.FrameBroken, "The broker answered an administration request with something else.");
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer within {options.RequestTimeout}.", e);
        }
    }

    private TimeSpan Left(long begun)
    {
        TimeSpan left = options.RequestTimeout - options.TimeProvider.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
