using Forewave.Protocol;

namespace Forewave.Server.Http.Consuming;

/// <summary>The numbers of a queue and of one of its groups, as handles have them.</summary>
internal readonly record struct GroupIds(QueueId Queue, GroupId Group);
