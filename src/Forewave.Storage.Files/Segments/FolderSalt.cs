namespace Forewave.Storage.Files.Segments;

/// <summary>
/// A folder's own number, drawn when it was made: part of every record header's CRC though not of the header. So nobody who
/// does not read the folder can publish a body in which bytes pass for a record, where a torn tail is searched for one.
/// </summary>
/// <param name="Value">Any.</param>
internal readonly record struct FolderSalt(uint Value);
