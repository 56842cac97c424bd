using System.Diagnostics;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Telemetry;

/// <summary>Ends the span of a publish when its outcome is there, and passes that on. One for a message, while somebody listens to spans.</summary>
internal sealed class TracedPublish(Activity span, IPublishObserver observer) : IPublishObserver
{
    public void Stored(in Receipt receipt, long token)
    {
        ClientSpans.Stored(span, receipt);
        ClientSpans.End(span);
        observer.Stored(receipt, token);
    }

    public void Failed(ForewaveException error, long token)
    {
        ClientSpans.Failed(span, error);
        ClientSpans.End(span);
        observer.Failed(error, token);
    }
}
