using Forewave.Broker.Sessions;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about the broker itself.</summary>
internal static class BrokerVerbs
{
    /// <summary>The answer, or null where the verb is none about the broker.</summary>
    public static V1.AdministrationAnswer? Run(SessionParts parts, V1.AdministrationRequest request)
    {
        if (request.VerbCase != Verb.ShowBroker)
            return null;
        var details = new V1.BrokerDetails
        {
            Version = parts.Options.Version,
            Partition = parts.Store.Partition.Value,
            Epoch = parts.Store.Epoch.Value,
            TailPosition = parts.Store.Tail.Bits,
            CommittedPosition = parts.Store.Committed.Bits,
            Connections = (uint)parts.Sessions.Count,
            Queues = (uint)parts.Queues.Count,
        };
        return new V1.AdministrationAnswer { Broker = details };
    }
}
