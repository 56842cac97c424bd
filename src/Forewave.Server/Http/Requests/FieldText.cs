using System.Globalization;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Server.Configuration;

namespace Forewave.Server.Http.Requests;

/// <summary>Reads the texts of parameters, headers and JSON fields; each throws a numbered error that names the field.</summary>
internal static class FieldText
{
    /// <summary>The name of a queue.</summary>
    public static QueueName Queue(string text) => QueueName.TryParse(text, out var name)
        ? name
        : throw new ForewaveException(ErrorCode.NameInvalid, "A queue's name is [a-z0-9][a-z0-9._-]{0,63}.");

    /// <summary>The name of a group.</summary>
    public static GroupName Group(string text) => GroupName.TryParse(text, out var name)
        ? name
        : throw new ForewaveException(ErrorCode.NameInvalid, "A group's name is 1 to 64 bytes of UTF-8 without control characters and commas.");

    /// <summary>A message's id.</summary>
    public static MessageId MessageId(string text) =>
        Protocol.MessageId.TryParse(text, out var id) ? id : throw new ForewaveException(ErrorCode.MessageIdInvalid);

    /// <summary>A filter of tags.</summary>
    public static TagFilter Tags(string text) =>
        TagFilter.TryParse(text, out var filter) ? filter : throw new ForewaveException(ErrorCode.TagInvalid, "A tag filter is '*' or up to 64 tags separated by commas.");

    /// <summary>A duration such as <c>30s</c>.</summary>
    public static TimeSpan Duration(FieldName name, string text) =>
        DurationText.TryParse(text, out var value) ? value : throw Wrong(name, "a duration such as 500ms, 5s, 30m, 2h or 7d");

    /// <summary>A time in RFC 3339.</summary>
    public static DateTimeOffset Time(FieldName name, string text) =>
        TimeText.TryParse(text, out var value) ? value : throw Wrong(name, "a time such as 2026-12-24T18:00:00Z");

    /// <summary>A whole number from 0.</summary>
    public static long Whole(FieldName name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : throw Wrong(name, "a whole number from 0");

    /// <summary>A partition of a cluster.</summary>
    public static PartitionNumber Partition(FieldName name, string text) => Whole(name, text) is <= Limits.MaxPartition and var value
        ? new PartitionNumber((ushort)value)
        : throw Wrong(name, "a partition from 0 to 1023");

    /// <summary>A place of a dead letter.</summary>
    public static DeadPlace DeadPlace(FieldName name, string text) => Client.Administration.DeadPlace.TryParse(text, out var place)
        ? place
        : throw Wrong(name, "a whole number from 1, or one with its partition, such as 1-17");

    /// <summary>An operation on dead letters.</summary>
    public static DeadOperationId Operation(FieldName name, string text) => DeadOperationId.TryParse(text, out var id)
        ? id
        : throw Wrong(name, "a whole number from 1, or such as 1-12 or 0-12,1-9");

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static bool Flag(FieldName name, string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>Earliest, latest, a time or an offset.</summary>
    public static ResetTarget Place(FieldName name, string text)
    {
        if (text is "earliest")
            return ResetTarget.Earliest;
        if (text is "latest")
            return ResetTarget.Latest;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long offset) && offset > 0)
            return ResetTarget.At(new Offset(offset));
        return TimeText.TryParse(text, out var time)
            ? ResetTarget.At(time)
            : throw Wrong(name, "earliest, latest, a time such as 2026-12-24T18:00:00Z or an offset from 1");
    }

    /// <summary>The same for a group that is yet to be made.</summary>
    public static StartAt Start(FieldName name, string text)
    {
        var place = Place(name, text);
        if (place.Offset is { } offset)
            return StartAt.From(offset);
        if (place.Time is { } time)
            return StartAt.Time(time);
        return place.IsLatest ? StartAt.Latest : StartAt.Earliest;
    }

    /// <summary>Why a field is refused.</summary>
    public static ForewaveException Wrong(FieldName name, string expected) => new(ErrorCode.FieldInvalid, $"{name.Text} is not {expected}.");
}
