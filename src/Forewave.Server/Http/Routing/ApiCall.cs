using Forewave.Protocol;
using Forewave.Server.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Routing;

/// <summary>One request to an operation: what its path and its query say. For the request's own task.</summary>
internal sealed class ApiCall(HttpContext context, IReadOnlyDictionary<string, string> names, QueryFields query)
{
    /// <summary>Looks whether the sender still may do what it asked for; what it throws says why not.</summary>
    public required Func<ValueTask> ReviewAsync { get; init; }

    /// <summary>The request and its answer.</summary>
    public HttpContext Context { get; } = context;

    /// <summary>Its query.</summary>
    public QueryFields Query { get; } = query;

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Gone => Context.RequestAborted;

    /// <summary>The queue of its path.</summary>
    /// <exception cref="ForewaveException"><c>NameInvalid</c>.</exception>
    public QueueName Queue => FieldText.Queue(names["queue"]);

    /// <summary>The group of its path.</summary>
    /// <exception cref="ForewaveException"><c>NameInvalid</c>.</exception>
    public GroupName Group => FieldText.Group(names["group"]);

    /// <summary>The message of its path.</summary>
    /// <exception cref="ForewaveException"><c>MessageIdInvalid</c>.</exception>
    public MessageId Message => FieldText.MessageId(names["id"]);

    /// <summary>The partition that its query names; null: none.</summary>
    /// <exception cref="ForewaveException"><c>FieldInvalid</c>.</exception>
    public PartitionNumber? Partition => Query.Text("partition") is { } text ? FieldText.Partition("partition", text) : null;

    /// <summary>Another part of its path.</summary>
    public string this[string name] => names[name];
}
