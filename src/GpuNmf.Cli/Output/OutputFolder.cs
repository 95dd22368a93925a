using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Output;

/// <summary>An output folder that is either complete under its own name or not there at all.</summary>
/// <remarks>
/// Work happens in <c>OUT.partial</c> beside the target, which is renamed when complete; disposing before that removes it.
/// A folder to be replaced is renamed to <c>OUT.replaced</c> for the moment of the exchange and deleted after it. Only folders
/// that the program wrote are ever deleted (see <see cref="OwnFolder"/>). Whoever works, exchanges, heals or removes holds the marker in
/// <c>OUT.partial</c>, but for moments on Windows, which neither deletes nor renames what is open.
/// </remarks>
internal sealed class OutputFolder : IDisposable
{
    /// <summary>What is added to the target's name while work goes on.</summary>
    public const string PartialSuffix = ".partial";

    /// <summary>What is added to the name of a folder that is being replaced.</summary>
    public const string ReplacedSuffix = ".replaced";

    private readonly bool _force;
    private readonly string? _workFile;
    private readonly Action<string>? _warn;
    private readonly string _replacedPath;
    private readonly List<string> _createdParents = [];
    private FileStream? _lock;
    private bool _isOurs;
    private bool _isComplete;

    private OutputFolder(string target, bool force, string? workFile, Action<string>? warn)
    {
        _workFile = workFile;
        _warn = warn;
        Target = target;
        _force = force;
        PartialPath = target + PartialSuffix;
        _replacedPath = target + ReplacedSuffix;
    }

    /// <summary>Where the folder will stand, absolute.</summary>
    public string Target { get; }

    /// <summary>Where files are written until <see cref="Complete"/>.</summary>
    public string PartialPath { get; }

    /// <summary>True where the work of an earlier run was taken up.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>True: work that is not completed stays, for another run to take it up.</summary>
    public bool KeepsWork { get; set; }

    /// <summary>As <see cref="Claim(string, bool, Action{string}?)"/>, but what an interrupted run left there is taken up; it then stays when it is not completed either.</summary>
    /// <param name="folder">As the user wrote it.</param>
    /// <param name="force">Replace the target if the program wrote it.</param>
    /// <param name="workFile">Stands where there is something to take up: <see cref="OutputFiles.SweepWork"/> or <see cref="OutputFiles.Checkpoint"/>.</param>
    /// <param name="warn">Told when something of an unfinished run cannot be removed.</param>
    /// <inheritdoc cref="Claim(string, bool, Action{string}?)" path="/exception"/>
    public static OutputFolder Resume(string folder, bool force, string workFile, Action<string>? warn = null) => Claim(folder, force, workFile, warn);

    /// <summary>Checks the target and creates the folder to work in.</summary>
    /// <param name="folder">As the user wrote it; missing folders above it are created.</param>
    /// <param name="force">Replace the target if the program wrote it.</param>
    /// <param name="warn">Told when something of an unfinished run cannot be removed.</param>
    /// <exception cref="CliException">Something of another's stands there, another run works there, or the disk refuses.</exception>
    public static OutputFolder Claim(string folder, bool force, Action<string>? warn = null) => Claim(folder, force, null, warn);

    private static OutputFolder Claim(string folder, bool force, string? workFile, Action<string>? warn)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var output = new OutputFolder(target, force, workFile, warn);
        try
        {
            output.Guard("create", output.Claim);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Gives the folder its name; with force, in place of the old one, which stays if this fails.</summary>
    /// <returns>A warning, when the old folder could not be deleted after the exchange; otherwise null.</returns>
    /// <exception cref="CliException">The target has appeared meanwhile, or the disk refuses.</exception>
    public string? Complete()
    {
        Guard("complete", Exchange);
        try
        {
            DeleteReplaced();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"the old folder stays as '{_replacedPath}': {exception.Message}";
        }
    }

    /// <summary>Removes the program's files of unfinished work, but for its marker and one more; what cannot be removed is told.</summary>
    /// <param name="kept">Name of the file that stays.</param>
    public void Clear(string kept)
    {
        if (_isComplete) return;
        try
        {
            OwnFolder.Clear(PartialPath, kept);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _warn?.Invoke($"not all of the unfinished output could be removed: {exception.Message}");
        }
    }

    /// <summary>Removes what is not complete, unless it is kept, and the folders above it that were made for it.</summary>
    public void Dispose()
    {
        if (!_isComplete && !KeepsWork)
        {
            _isComplete = true;
            ReleaseWhereOpenFilesStay();
            // A run that was cancelled may still create a file for a moment; then the folder is not empty and the next try takes it.
            string? obstacle = TryRemove();
            for (int attempt = 1; obstacle is not null && attempt < 10; attempt++)
            {
                Thread.Sleep(20);
                obstacle = TryRemove();
            }
            if (obstacle is not null) _warn?.Invoke($"not all of the unfinished output could be removed: {obstacle}");
        }
        _lock?.Dispose();
        _lock = null;
    }

    // Null, or why something stays.
    private string? TryRemove()
    {
        try
        {
            if (_isOurs && Directory.Exists(PartialPath) && StillHoldsMarker()) OwnFolder.Delete(PartialPath);
            _isOurs = false;
            foreach (string parent in _createdParents)
                if (Directory.Exists(parent)) Directory.Delete(parent);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>False where the folder has become another run's: a deletion that stopped half-way had taken the marker already.</summary>
    private bool StillHoldsMarker()
    {
        // There it is released by now, and who has the folder cannot be told.
        if (OperatingSystem.IsWindows() || (_lock is not null && HasItsName(_lock))) return true;
        _lock?.Dispose();
        _lock = null;
        try
        {
            _lock = OpenMarker(FileMode.CreateNew);
            return true;
        }
        catch (CliException)
        {
            return false;
        }
    }

    // Held for as long as the folder has this name, so that no other run takes it for abandoned. Windows neither deletes nor renames what is open.
    private void ReleaseWhereOpenFilesStay()
    {
        if (OperatingSystem.IsWindows()) _lock?.Dispose();
    }

    private void Exchange()
    {
        RequireTarget();
        ReleaseWhereOpenFilesStay();
        bool replaces = Directory.Exists(Target);
        if (replaces) Directory.Move(Target, _replacedPath);
        try
        {
            Directory.Move(PartialPath, Target);
        }
        catch
        {
            if (replaces) Directory.Move(_replacedPath, Target);
            throw;
        }
        _isComplete = true;
        foreach (string name in OutputFiles.OfWork) File.Delete(Path.Combine(Target, name));
        // Not before: a folder without the marker is free for the next run to remove.
        File.Delete(Path.Combine(Target, OwnFolder.WorkMarker));
    }

    private void Claim()
    {
        if (Path.GetFileName(Target).Length == 0) throw Refuse($"--out '{Target}' is the root of a disk; name a folder below it");
        if (File.Exists(PartialPath)) throw Refuse($"'{PartialPath}' is a file and the work is to happen there; move it away or choose another --out");
        if (!Directory.Exists(PartialPath))
        {
            HealInterruptedExchange();
            RequireTarget();
        }
        else if (TakesUpStale()) return;
        CreateParents();
        Directory.CreateDirectory(PartialPath);
        _lock = OpenMarker(FileMode.CreateNew);
        _isOurs = true;
    }

    /// <summary>What an interrupted run left: removed, or taken up. Its marker comes first: nothing is healed or deleted under the hands of a run that is at work.</summary>
    /// <returns>True when it was taken up.</returns>
    private bool TakesUpStale()
    {
        if (OwnFolder.WhyForeignWork(PartialPath) is { } reason)
            throw Refuse($"'{PartialPath}' stands in the way: {reason}; move it away or choose another --out");
        bool hadMarker = Holds(OwnFolder.WorkMarker);
        FileStream marker = OpenMarker(FileMode.OpenOrCreate);
        try
        {
            HealInterruptedExchange();
            RequireTarget();
            if (_workFile is not null && Holds(_workFile))
            {
                TakeUpWork(marker);
                return true;
            }
            RequireNoWork();
            if (OperatingSystem.IsWindows()) marker.Dispose();
            OwnFolder.Delete(PartialPath);
        }
        catch
        {
            // One that has lost its name is not the one that stands there now.
            if (!hadMarker && !OperatingSystem.IsWindows() && HasItsName(marker)) File.Delete(marker.Name);
            marker.Dispose();
            throw;
        }
        marker.Dispose();
        return false;
    }

    private void RequireTarget()
    {
        if (File.Exists(Target)) throw Refuse($"--out '{Target}' is a file; choose another name");
        if (!Directory.Exists(Target)) return;
        if (!_force) throw Refuse($"--out '{Target}' exists already; choose another name, or replace it with --force if {ProgramInfo.Name} wrote it");
        if (OwnFolder.WhyForeign(Target) is { } reason) throw Refuse($"--force does not replace '{Target}': {reason}; choose another --out or remove it yourself");
    }

    // A kill between the two renames of an exchange leaves the old folder aside: it goes back. One after them leaves it to be deleted.
    private void HealInterruptedExchange()
    {
        if (!Directory.Exists(_replacedPath)) return;
        if (OwnFolder.WhyForeign(_replacedPath) is { } reason)
            throw Refuse($"'{_replacedPath}' stands in the way: {reason}; move it away or choose another --out");
        if (Directory.Exists(Target)) DeleteReplaced();
        else Directory.Move(_replacedPath, Target);
    }

    /// <summary>Deletes the old folder, if it is there; the run that replaced it and one that comes later may both be at it.</summary>
    private void DeleteReplaced()
    {
        try
        {
            if (Directory.Exists(_replacedPath)) OwnFolder.Delete(_replacedPath);
        }
        catch (DirectoryNotFoundException)
        {
            // The other was quicker.
        }
    }

    private bool Holds(string name) => File.Exists(Path.Combine(PartialPath, name));

    private void TakeUpWork(FileStream marker)
    {
        if (_workFile == OutputFiles.Checkpoint) OwnFolder.Clear(PartialPath, _workFile);
        _lock = marker;
        _isOurs = IsResumed = KeepsWork = true;
    }

    private void RequireNoWork()
    {
        if (Holds(OutputFiles.SweepWork) && !_force)
            throw Refuse($"'{PartialPath}' holds the models of an interrupted sweep; go on with 'sweep --resume', or give them up with --force");
        if (Holds(OutputFiles.Checkpoint) && !_force)
            throw Refuse($"'{PartialPath}' holds the factorisation of an interrupted run; go on with 'separate --resume', or give it up with --force");
    }

    /// <summary>Takes the folder for this run: one at a time has its marker, and one that vanishes is another's.</summary>
    private FileStream OpenMarker(FileMode mode)
    {
        string path = Path.Combine(PartialPath, OwnFolder.WorkMarker);
        FileStream marker;
        try
        {
            marker = new FileStream(path, mode, FileAccess.Write, FileShare.None);
        }
        catch (IOException exception) when (File.Exists(path) || !Directory.Exists(PartialPath))
        {
            throw IsTaken(exception);
        }
        if (HasItsName(marker)) return marker;
        marker.Dispose();
        throw IsTaken(null);
    }

    /// <summary>False for a marker that another run deleted after it was opened here and before it was locked: the lock of a file without a name keeps nobody out.</summary>
    private static bool HasItsName(FileStream marker)
    {
        // Windows deletes no open file, and shows nobody the time of one that is locked.
        if (OperatingSystem.IsWindows()) return true;
        // A time that no other marker has takes no room on the disk. FAT keeps even seconds, from 1980 on.
        DateTime time = new DateTime(1980, 1, 2, 0, 0, 0, DateTimeKind.Utc).AddSeconds(2.0 * Random.Shared.Next(1 << 29));
        File.SetLastWriteTimeUtc(marker.SafeFileHandle, time);
        return File.GetLastWriteTimeUtc(marker.Name) == time;
    }

    private CliException IsTaken(Exception? cause) =>
        Refuse($"another run of {ProgramInfo.Name} is working in '{PartialPath}'; wait for it or choose another --out", cause);

    private void CreateParents()
    {
        for (string? parent = Path.GetDirectoryName(Target); parent is not null && !Directory.Exists(parent); parent = Path.GetDirectoryName(parent))
            _createdParents.Add(parent);
        if (_createdParents.Count > 0) Directory.CreateDirectory(_createdParents[0]);
    }

    private void Guard(string action, Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refuse($"cannot {action} --out '{Target}': {exception.Message}", exception);
        }
    }

    private static CliException Refuse(string message, Exception? cause = null) => new(ExitCodes.Output, message, cause);
}
