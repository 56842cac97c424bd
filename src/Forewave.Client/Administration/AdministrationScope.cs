using Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Client.Administration;

/// <summary>Which partitions an administrative request concerns, where there are several.</summary>
internal static class AdministrationScope
{
    /// <summary>All: it is asked of each, and the answers are merged.</summary>
    public static bool IsOfAll(AdministrationRequest request) => request.VerbCase switch
    {
        Verb.ListQueues or Verb.ShowQueue or Verb.CreateQueue or Verb.SetQueue or Verb.PurgeQueue or Verb.DeleteQueue => true,
        Verb.ListGroups or Verb.ShowGroup or Verb.DeleteGroup => true,
        // An offset means another message at each partition.
        Verb.SetGroup => request.SetGroup.StartOffset == 0,
        Verb.RedriveDead => request.RedriveDead.All,
        Verb.PurgeDead => request.PurgeDead.All,
        _ => false,
    };

    /// <summary>That of a message: the text of its id; null: it names none.</summary>
    public static string? MessageOf(AdministrationRequest request) => request.VerbCase switch
    {
        Verb.ShowMessage => request.ShowMessage.MessageId,
        Verb.TraceMessage => request.TraceMessage.MessageId,
        Verb.AwaitOutcome => request.AwaitOutcome.MessageId,
        _ => null,
    };

    /// <summary>Any: it is about the broker that answers.</summary>
    public static bool IsOfAny(AdministrationRequest request) => request.VerbCase == Verb.ShowBroker;
}
