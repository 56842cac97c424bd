using Forewave.Protocol;
using Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Client.Administration;

/// <summary>Which partitions an administrative request concerns, where there are several, and what it means for each.</summary>
internal static class AdministrationScope
{
    /// <summary>
    /// All: it is asked of each, and the answers are merged. What lists page by page is none of these: its callers ask each partition for its
    /// pages.
    /// </summary>
    public static bool IsOfAll(AdministrationRequest request) => request.VerbCase switch
    {
        Verb.ListQueues or Verb.ShowQueue or Verb.CreateQueue or Verb.SetQueue or Verb.PurgeQueue or Verb.DeleteQueue => true,
        Verb.ListGroups or Verb.ShowGroup or Verb.DeleteGroup or Verb.ResumeKey or Verb.CancelReplay => true,
        Verb.ListRecurring or Verb.DeleteRecurring => true,
        Verb.ListUsers or Verb.ShowUser or Verb.AddUser or Verb.SetPassword or Verb.SetGrants or Verb.RemoveUser or Verb.AddToken or Verb.RevokeToken => true,
        Verb.ListSettings or Verb.SetSetting or Verb.ListSettingChanges => true,
        // An offset means another message at each partition.
        Verb.SetGroup => request.SetGroup.StartOffset == 0,
        Verb.ResetGroup => request.ResetGroup.ToCase != ResetGroup.ToOneofCase.Offset,
        Verb.ReplayGroup => request.ReplayGroup is { FromCase: not ReplayGroup.FromOneofCase.FromOffset, ToCase: not ReplayGroup.ToOneofCase.ToOffset },
        // Positions too; by key they are looked for everywhere.
        Verb.CancelScheduled => request.CancelScheduled.Choice.Positions.Count == 0,
        Verb.Reschedule => request.Reschedule.Choice.Positions.Count == 0,
        _ => false,
    };

    /// <summary>What each of so many partitions is asked: a rate is shared out.</summary>
    public static AdministrationRequest Share(AdministrationRequest request, int partitions)
    {
        if (request.VerbCase != Verb.ReplayGroup)
        {
            return request;
        }

        AdministrationRequest share = request.Clone();
        share.ReplayGroup.Rate = Share(request.ReplayGroup.Rate, partitions);
        return share;
    }

    /// <summary>A partition's share of a rate, in messages a second: not less than the least that there is. What is no rate stays what it is.</summary>
    public static double Share(double rate, int partitions) => rate >= LeastRate && partitions > 1 ? Math.Max(rate / partitions, LeastRate) : rate;

    /// <summary>
    /// A refusal that says that the partition has nothing of what the request is about: where another one has, it is no error.
    /// </summary>
    public static bool IsAbsence(AdministrationRequest request, ForewaveException error) => error.Code switch
    {
        // The queue or group has not come there yet; or it has, and was to be made.
        ErrorCode.QueueNotFound or ErrorCode.GroupNotFound or ErrorCode.QueueExists => true,
        // A change that did not come to all of them is repeated until it has.
        ErrorCode.UserNotFound => request.VerbCase is Verb.RemoveUser or Verb.ShowUser,
        ErrorCode.UserExists => true,
        ErrorCode.TokenNotFound => request.VerbCase == Verb.RevokeToken,
        ErrorCode.KeyNotParked => request.VerbCase == Verb.ResumeKey,
        ErrorCode.NoReplay => request.VerbCase == Verb.CancelReplay,
        ErrorCode.NotScheduled => IsOfAll(request),
        ErrorCode.RecurringNotFound => request.VerbCase == Verb.DeleteRecurring,
        ErrorCode.DeadOperationNotFound => request.VerbCase == Verb.CancelDeadOperation,
        ErrorCode.NothingToUndo => request.VerbCase == Verb.UndoDeadOperation,
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

    private const double LeastRate = 0.001;
}
