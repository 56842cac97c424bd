namespace Forewave.Server.Http.Routing;

/// <summary>What somebody must be allowed to do for an operation; on the queue that it names, or on all.</summary>
internal enum ApiRight
{
    /// <summary>Needs no right: what is public anyway.</summary>
    None,

    /// <summary>Put messages into a queue.</summary>
    Publish,

    /// <summary>Take messages out of a queue and settle them.</summary>
    Consume,

    /// <summary>Look at a queue: its state, its messages.</summary>
    Look,

    /// <summary>Change a queue, its groups, what is in it.</summary>
    Manage,

    /// <summary>What concerns the broker as a whole.</summary>
    Operate,
}
